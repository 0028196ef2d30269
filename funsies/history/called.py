"""What steps are called: in the last run, or else among all that there are."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from funsies.core.digest import Digest
from funsies.store.connect import Backend

from .closure import Closure, all_steps
from .labels import Labels, labels_of
from .runs import runs, steps_of_run

FEW_STEPS: Final = 200
"""A run of more than these is no part of another one."""

LOOKED_BACK: Final = 6
"""So many runs are looked at, the last one among them."""

MOST_STEPS: Final = 100_000
"""Of more than these only the names of tasks are shown: labels would take too long."""


def all_labels(backend: Backend) -> Iterator[Labels]:
    """What steps are called in the last run, and then among all: what is read is used first."""
    last = _last_steps(backend)
    if last is not None:
        yield _labels(backend, last)
    yield _labels(backend, all_steps(backend))


def labels_here(backend: Backend, steps: Collection[Digest]) -> Labels:
    """What some steps, and those that they depend on, are called.

    Args:
        backend: where they are stored.
        steps: their addresses. If the last run has all of them, no others are read.
    """
    found = Labels()
    for labels in all_labels(backend):
        found = Labels({**labels.texts, **found.texts}, {**labels.names, **found.names})
        if all(each in found.names for each in steps):
            return found
    return found


def _last_steps(backend: Backend) -> Closure | None:
    """The steps of the last run; of an earlier one, if that has the same and more.

    Whoever executes one step again would find it without its siblings, and all others renamed.
    """
    latest = runs(backend, LOOKED_BACK)
    if not latest:
        return None
    found = steps_of_run(backend, latest[0])
    for each in latest[1:] if len(found.rows) <= FEW_STEPS else []:
        wider = steps_of_run(backend, each)
        if len(wider.rows) > len(found.rows) and all(it in wider.rows for it in found.targets):
            found = wider
    return found


def _labels(backend: Backend, closure: Closure) -> Labels:
    if len(closure.rows) > MOST_STEPS:
        return Labels({}, {digest: row.task_name for digest, row in closure.rows.items()})
    return labels_of(backend, closure)
