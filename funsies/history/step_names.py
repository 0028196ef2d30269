"""What steps are called: in a run, in the last one, or else among all that there are.

All that shows a label, or takes one, goes by these rules, so that a step has one label, whoever
looks. Where there are too many steps, it has none, and is called by its task. Who looks again
and again reads seldom, and keeps what was read.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from funsies.core.digest import Digest
from funsies.store.connect import Backend

from .background import in_background
from .closure import Closure, read_closure
from .labels import NO_LABELS, Labels, labels_of
from .run_records import last_number, numbers
from .runs import Run, last_run, run, steps_of_run
from .runs import run as find_run

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
    earlier = (each for each in numbers(backend.graph.named) if each < number)
    found = (run(backend, each) for each in islice(earlier, LOOKED_BACK))
    return (each for each in found if each is not None)


def labels_of_few(backend: Backend, closure: Closure) -> Labels:
    """What steps are called among themselves; nothing but their tasks if they are too many."""
    if len(closure.rows) > MOST_STEPS:
        return Labels({}, {digest: row.task_name for digest, row in closure.rows.items()})
    return labels_of(backend, closure)


REST: Final = 20
"""They are read again, if there are others, after so many times the time that it took."""

SHORT_SECONDS: Final = 0.02
"""What took no longer is read again at once."""

MOST_AT_ONCE: Final = 10_000
"""Of more steps than these, a program does not read the labels while it waits for them."""

PATIENCE_SECONDS: Final = 0.5
"""So long one waits for labels that a thread reads; what takes longer is shown later."""

KEPT_RUNS: Final = 8
"""Of so many runs labels are kept, of those that were asked for last."""


@dataclass(slots=True)
class _Kept:
    """Labels as they were read.

    Attributes:
        labels: what is known.
        news: as it was then: what tells whether there may be others.
        due: when they may be read again, monotonic seconds.
        is_reading: True while that is done.
        is_done: set at its end.
    """

    labels: Labels = NO_LABELS
    news: object = None
    due: float = float("-inf")
    is_reading: bool = False
    is_done: threading.Event = field(default_factory=threading.Event)


class Naming:
    """Keeps the labels of steps.

    They live until steps or runs have come, and the reading of them costs a twentieth of the
    time at most, however many steps there are.

    Args:
        backend: where the steps are stored.
        by_thread: True reads them by a thread: for programs that do nothing but show. Without
            one, there are no labels of more than 10,000 steps.
        clock: the time, monotonic seconds.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        by_thread: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._backend = backend
        self._by_thread = by_thread
        self._clock = clock
        self._lock = threading.Lock()
        self._shelf: dict[int | None, _Kept] = {}
        self._edition = 0

    def edition(self, run: int | None = None) -> int:
        """A number that grows with each reading; what is due of a run, or of all, is begun."""
        self.labels((), run)
        return self._edition

    def labels(self, steps: Collection[Digest] = (), run: int | None = None) -> Labels:
        """What steps are called, as far as it is known or time to look.

        Args:
            steps: those that are to be shown; if one of them is not known, there are others.
            run: number of that in which they are called so; None for where no run is named.
        """
        totals = {
            name: each.pending + each.done + each.failed
            for name, each in self._backend.graph.counts().items()
        }
        news = totals, last_number(self._backend.graph.named)
        with self._lock:
            kept = self._kept(run)
            begins = self._is_due(kept, news, steps, sum(totals.values()))
            if begins:
                kept.is_reading = True
                kept.is_done.clear()
        if begins and self._by_thread:
            in_background(self._read, kept, news, run)
            kept.is_done.wait(PATIENCE_SECONDS)
        elif begins:
            self._read(kept, news, run, steps)
        return kept.labels

    def _kept(self, run: int | None) -> _Kept:
        kept = self._shelf.pop(run, None) or _Kept()
        self._shelf[run] = kept
        while len(self._shelf) > KEPT_RUNS:
            del self._shelf[next(iter(self._shelf))]
        return kept

    def _is_due(
        self, kept: _Kept, news: object, steps: Collection[Digest], number: int
    ) -> bool:
        """True if there may be other labels, and they may be read now."""
        if kept.is_reading or self._clock() < kept.due:
            return False
        names = kept.labels.names
        is_unknown = len(names) <= MOST_STEPS and any(each not in names for each in steps)
        is_wanted = self._by_thread or (bool(steps) and number <= MOST_AT_ONCE)
        return is_wanted and (is_unknown or kept.news != news)

    def _read(
        self,
        kept: _Kept,
        news: object,
        run: int | None,
        steps: Collection[Digest] | None = None,
    ) -> None:
        began = self._clock()
        with suppress(Exception):  # the server is away: who asks again has it read again
            found = self._look(run, steps)
            kept.labels = found if kept.news != news else kept.labels.with_others(found)
            kept.news = news
            self._edition += 1
        now = self._clock()
        taken = now - began
        kept.due = now + (REST * taken if taken > SHORT_SECONDS else 0.0)
        kept.is_reading = False
        kept.is_done.set()

    def _look(self, run: int | None, steps: Collection[Digest] | None) -> Labels:
        found = None if run is None else find_run(self._backend, run)
        if found is not None:
            return labels_of_run(self._backend, found)
        every = self._backend.graph.all_operations() if steps is None else steps
        return labels_here(self._backend, every)
