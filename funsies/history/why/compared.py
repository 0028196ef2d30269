"""Two graphs compared, of two steps or of two runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from funsies.core.digest import Digest
from funsies.history.closure import Closure
from funsies.history.labels import labels_of
from funsies.store.connect import Backend

from .changes import Change, ChangeKind
from .matching import counterparts
from .model import Ran, Reasons, StepReason
from .reading import Library
from .steps import Comparison, Former
from .values import value_text

_NONE: Final[Mapping[Digest, Digest]] = MappingProxyType({})


def compare(
    backend: Backend,
    before: Closure,
    after: Closure,
    given: Mapping[Digest, Digest] = _NONE,
) -> Reasons:
    """Tell what is another in a graph than in one before.

    Args:
        backend: where they are stored.
        before: the steps as they were.
        after: the steps as they are.
        given: which later steps stand for which of the earlier ones, where that is known.
    """
    old, new = (labels_of(backend, each).texts for each in (before, after))
    found = counterparts(before.rows, after.rows, lambda: (old, new), given)
    formers = {each: Former(before.rows[former]) for each, former in found.items()}
    ran = {each: Ran.SAME if found.get(each) == each else Ran.DIFFERS for each in after.rows}
    steps = Comparison(Library(backend)).reasons(after.rows, formers, ran, {}, new)
    told = {each: _as_said_of_two(reason) for each, reason in steps.items()}
    used = {each.former for each in told.values()}
    gone = Counter(row.task_name for each, row in before.rows.items() if each not in used)
    return Reasons(told, gone=dict(gone))


def _as_said_of_two(reason: StepReason) -> StepReason:
    """What has another address and the same values is no difference."""
    is_same = reason.inputs and all(each.is_same_value for each in reason.inputs)
    return replace(reason, ran=Ran.BY_CONTENT) if is_same and not reason.changes else reason


def with_values(backend: Backend, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Read the values of inputs that have changed, for those who want to see them."""
    given = [
        each
        for change in changes
        if change.kind is ChangeKind.INPUT
        for each in (change.given_before, change.given_after)
        if each is not None
    ]
    contents = Library(backend).values(given)
    return tuple(
        replace(
            each,
            before=value_text(each.given_before, contents),
            after=value_text(each.given_after, contents),
        )
        if each.kind is ChangeKind.INPUT
        else each
        for each in changes
    )
