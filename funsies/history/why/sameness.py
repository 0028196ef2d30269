"""Whether an input has the value that it had before, whoever makes it now."""

from __future__ import annotations

from collections.abc import Mapping

from funsies.core.digest import Digest
from funsies.store.rows import InputRow, OperationState


def is_same(
    before: InputRow, after: InputRow, states: Mapping[Digest, OperationState]
) -> bool | None:
    """Compare two inputs by their contents; None if one of them is not there.

    Args:
        before: the input as it was.
        after: as it is.
        states: of the steps that make them.
    """
    old, new = _content(before, states), _content(after, states)
    return None if old is None or new is None else old == new


def _content(
    row: InputRow, states: Mapping[Digest, OperationState]
) -> tuple[bool, Digest] | None:
    """Whether it is a value, and its address; None if there is none."""
    if row.producer is None:
        return None if row.content is None else (True, row.content)
    state = states.get(row.producer)
    if state is None or not state.status.is_finished or row.index >= len(state.results):
        return None
    result = state.results[row.index]
    return result.ok, result.content
