"""What steps are called: in a run, in the last one, or else among all that there are.

All that shows a label, or takes one, goes by these rules, so that a step has one label, whoever
looks. Where there are too many steps, it has none, and is called by its task.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice
from typing import Final

from funsies.core.digest import Digest
from funsies.store.connect import Backend

from .closure import Closure, read_closure
from .labels import Labels, labels_of
from .run_records import numbers
from .runs import Run, last_run, run, steps_of_run

FEW_STEPS: Final = 200
"""A run of more than these is no part of another one."""

LOOKED_BACK: Final = 5
"""So many earlier runs are looked at: for one of which a run is a part, and for a label."""

MOST_STEPS: Final = 100_000
"""Of more than these only the names of tasks are known: labels would take too long.

No more of them are read, either."""


def labels_of_run(backend: Backend, found: Run, closure: Closure | None = None) -> Labels:
    """What the steps of a run are called, in it.

    If an earlier run had the same steps and more, they are called as in that: whoever executes
    one step again would find it without its siblings, and all others renamed.

    Args:
        backend: where it is.
        found: the run.
        closure: its steps, if they were read already.
    """
    closure = closure or steps_of_run(backend, found, most=MOST_STEPS + 1)
    if len(closure.rows) <= FEW_STEPS:
        for each in _runs_before(backend, found.number):
            wider = steps_of_run(backend, each, most=MOST_STEPS + 1)
            is_more = len(wider.rows) > len(closure.rows)
            if is_more and all(it in wider.rows for it in found.targets):
                closure = wider
    return labels_of_few(backend, closure)


def labels_here(backend: Backend, steps: Collection[Digest]) -> Labels:
    """What some steps, and those that they depend on, are called where no run is named.

    Args:
        backend: where they are stored.
        steps: their addresses. If the last run has all of them, no others are read.
    """
    found = Labels()
    for labels in all_labels(backend):
        found = found.with_others(labels)
        if all(each in found.names for each in steps):
            return found
    return found


def labels_in(backend: Backend, steps: Collection[Digest], named: Run | None) -> Labels:
    """What some steps are called in a run, if one is named and has them; or else wherever."""
    if named is None:
        return labels_here(backend, steps)
    found = labels_of_run(backend, named)
    if all(each in found.names for each in steps):
        return found
    return found.with_others(labels_here(backend, steps))


def all_labels(backend: Backend) -> Iterator[Labels]:
    """What steps are called in the last run, and then among all: what is read is used first."""
    last = last_run(backend)
    if last is not None:
        yield labels_of_run(backend, last)
    some = backend.graph.all_operations()[: MOST_STEPS + 1]
    yield labels_of_few(backend, read_closure(backend, some, most=MOST_STEPS + 1))


def labels_that_count(backend: Backend, named: Run | None = None) -> Iterator[Labels]:
    """Where a label is looked up, one after the other, until one of them has it.

    Args:
        backend: where they are stored.
        named: the run in which a step is called so; None for the last one, then all steps
            that there are, and then earlier runs, whose labels may stand in old listings.
    """
    if named is not None:
        yield labels_of_run(backend, named)
        return
    yield from all_labels(backend)
    last = last_run(backend)
    for each in () if last is None else _runs_before(backend, last.number):
        yield labels_of_run(backend, each)


def _runs_before(backend: Backend, number: int) -> Iterator[Run]:
    """Earlier runs, newest first."""
    earlier = (each for each in numbers(backend.graph) if each < number)
    found = (run(backend, each) for each in islice(earlier, LOOKED_BACK))
    return (each for each in found if each is not None)


def labels_of_few(backend: Backend, closure: Closure) -> Labels:
    """What steps are called among themselves; nothing but their tasks if they are too many."""
    if len(closure.rows) > MOST_STEPS:
        return Labels({}, {digest: row.task_name for digest, row in closure.rows.items()})
    return labels_of(backend, closure)
