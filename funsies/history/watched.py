"""What steps are called, for who looks again and again: read seldom, and kept.

A step is called by its label, or, as long as that is not known, by its task: never otherwise.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from funsies.core.digest import Digest
from funsies.store.connect import Backend

from .called import MOST_STEPS, labels_here, labels_of_run
from .labels import NO_LABELS, Labels
from .run_records import last_number
from .runs import run as find_run

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
        news = totals, last_number(self._backend.graph)
        with self._lock:
            kept = self._kept(run)
            begins = self._is_due(kept, news, steps, sum(totals.values()))
            if begins:
                kept.is_reading = True
                kept.is_done.clear()
        if begins and self._by_thread:
            threading.Thread(target=self._read, args=(kept, news, run), daemon=True).start()
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
