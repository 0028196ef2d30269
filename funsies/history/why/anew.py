"""Why a step with a new address ran on the values that another one had before it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from funsies.store.rows import OperationRow, OperationState, Status

from .changes import Change, ChangeKind
from .model import InputChange

_VOLATILE: Final = Change(ChangeKind.VOLATILE)


def why_anew(
    former: OperationRow, inputs: Iterable[InputChange], state: OperationState | None
) -> Change | None:
    """Tell that the former step had failed: its result is taken over, and an error is not.

    Args:
        former: the step before, of which nothing else is another.
        inputs: those that are made otherwise than before.
        state: of the former step, if it was read.

    Returns:
        None if that is not why.
    """
    if state is None or state.status is not Status.FAILED:
        return None
    if not all(each.is_same_value for each in inputs):
        return None
    return _VOLATILE if state.volatile else Change(ChangeKind.FAILED, former.task_name)
