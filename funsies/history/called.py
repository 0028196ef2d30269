"""What steps are called: in the last run, or else among all that there are."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from funsies.core.digest import Digest
from funsies.store.connect import Backend

from .closure import Closure, all_steps
from .labels import Labels, labels_of
from .runs import last_run, steps_of_run

MOST_STEPS: Final = 100_000
"""Of more than these only the names of tasks are shown: labels would take too long."""


def all_labels(backend: Backend) -> Iterator[Labels]:
    """What steps are called in the last run, and then among all: what is read is used first."""
    run = last_run(backend)
    if run is not None:
        yield _labels(backend, steps_of_run(backend, run))
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


def _labels(backend: Backend, closure: Closure) -> Labels:
    if len(closure.rows) > MOST_STEPS:
        return Labels({}, {digest: row.task_name for digest, row in closure.rows.items()})
    return labels_of(backend, closure)
