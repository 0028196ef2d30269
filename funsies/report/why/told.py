"""What is told of one step: its reasons, and those that they lead to, with values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from msgspec import structs

from funsies.core.digest import Digest
from funsies.history.why import (
    Blocker,
    Ran,
    ReasonGroup,
    Reasons,
    StepReason,
    what_it_waits_for,
    with_labels,
    with_values,
)
from funsies.store.connect import Backend

MOST_GROUPS: Final = 20
"""So many causes of a run are told at most."""


def told_of(backend: Backend, found: Reasons, step: Digest) -> Reasons:
    """Keep what is told of a step: read labels, and values that are another than before."""
    waiting = _waiting(backend, found, step)
    awaited = () if waiting is None else waiting.steps
    above = _above(found, step)
    named = with_labels(backend, found, [*above, *awaited])
    told = _with_values(backend, [named.steps[each] for each in above])
    needed = {each.step: each for each in told}
    needed |= {each: named.steps[each] for each in awaited if each in named.steps}
    if step in needed:
        needed[step] = structs.replace(needed[step], waiting=waiting)
    return replace(found, steps=needed)


def told_groups(backend: Backend, found: Reasons) -> tuple[list[ReasonGroup], int, Reasons]:
    """Read what people are told of groups: values, and labels of what stands alone.

    Returns:
        The groups of the most steps, how many others there are, and the reasons with labels.
    """
    groups = found.groups
    shown = groups[:MOST_GROUPS]
    alone = [each.steps[0] for each in shown if len(each.steps) == 1]
    named = with_labels(backend, found, alone)
    return group_values(backend, shown), len(groups) - len(shown), named


def group_values(backend: Backend, groups: Sequence[ReasonGroup]) -> list[ReasonGroup]:
    """The same groups, with the values that are another than before."""
    roots = iter(with_values(backend, tuple(each for it in groups for each in it.roots)))
    return [replace(each, roots=tuple(next(roots) for _ in each.roots)) for each in groups]


def _waiting(backend: Backend, found: Reasons, step: Digest) -> Blocker | None:
    reason = found.steps.get(step)
    is_waiting = reason is not None and reason.ran is Ran.WAITING
    return what_it_waits_for(backend, step) if is_waiting else None


def _with_values(backend: Backend, reasons: Iterable[StepReason]) -> list[StepReason]:
    told = list(reasons)
    changes = iter(with_values(backend, tuple(each for it in told for each in it.changes)))
    return [
        structs.replace(each, changes=tuple(next(changes) for _ in each.changes))
        for each in told
    ]


def _above(found: Reasons, step: Digest) -> dict[Digest, StepReason]:
    """A step, and those whose changes are its reasons."""
    needed: dict[Digest, StepReason] = {}
    stack = [step]
    while stack:
        digest = stack.pop()
        reason = found.steps.get(digest)
        if reason is not None and digest not in needed:
            needed[digest] = reason
            stack += [each.producer for each in reason.inputs]
    return needed
