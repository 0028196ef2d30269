"""Two graphs compared, of two steps or of two runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Final

from msgspec import structs

from funsies.core.digest import Digest
from funsies.core.encoding.collector import paused
from funsies.history.closure import Closure
from funsies.store.connect import Backend

from .changes import Change, ChangeKind
from .labelled import labels_of_both
from .matching import counterparts
from .model import Ran, Reasons, StepReason
from .reading import Library
from .shared import sharing
from .steps import Comparison, Former
from .values import value_text

_NONE: Final[Mapping[Digest, Digest]] = MappingProxyType({})


@paused()
def compare(
    backend: Backend,
    before: Closure,
    after: Closure,
    given: Mapping[Digest, Digest] = _NONE,
    *,
    for_groups: bool = False,
) -> Reasons:
    """Tell what is another in a graph than in one before.

    Args:
        backend: where they are stored.
        before: the steps as they were.
        after: the steps as they are.
        given: which later steps stand for which of the earlier ones, where that is known.
        for_groups: True if only the groups of steps with the same causes are wanted.
    """
    shared = sharing(backend)
    labels = partial(labels_of_both, shared, before, after)
    found = counterparts(before.rows, after.rows, labels, given)
    formers = {each: Former(before.rows[former]) for each, former in found.items()}
    ran = {each: Ran.SAME if found.get(each) == each else Ran.DIFFERS for each in after.rows}
    steps = Comparison(Library(shared), for_groups=for_groups).reasons(
        after.rows, formers, ran, {}
    )
    told = {each: _as_said_of_two(reason) for each, reason in steps.items()}
    used = {each.former for each in told.values()}
    gone = Counter(row.task_name for each, row in before.rows.items() if each not in used)
    return Reasons(told, gone=dict(gone), closure=after)


def _as_said_of_two(reason: StepReason) -> StepReason:
    """What has another address and the same values is no difference."""
    is_same = reason.inputs and all(each.is_same_value for each in reason.inputs)
    is_by_content = is_same and not reason.changes
    return structs.replace(reason, ran=Ran.BY_CONTENT) if is_by_content else reason


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
