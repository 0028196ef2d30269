"""How fast steps of each task end, and how long it takes until none is left."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Final

from funsies.client.progress import Progress
from funsies.store.rows import TaskCounts

WINDOW_SECONDS: Final = 30.0
"""Steps that ended longer ago say nothing about how fast it goes now."""

SAMPLE_SECONDS: Final = 1.0


def finished(counts: TaskCounts) -> int:
    """Steps with a value or an error."""
    return counts.done + counts.failed


class Rates:
    """Steps that end in a second, by task, over the last half minute."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, Mapping[str, TaskCounts]]] = deque()
        self._last: tuple[float, Mapping[str, TaskCounts]] = (0.0, {})

    def add(self, progress: Progress, now: float) -> None:
        """Take note of how far it is.

        Args:
            progress: since the execution began.
            now: the time, seconds.
        """
        self._last = (now, progress.tasks)
        if not self._samples or now - self._samples[-1][0] >= SAMPLE_SECONDS:
            self._samples.append(self._last)
        while now - self._samples[0][0] > WINDOW_SECONDS:
            self._samples.popleft()

    def of(self, task: str) -> float:
        """Steps of a task that end in a second; 0 if that cannot be said."""
        (first_at, first), (last_at, last) = self._samples[0], self._last
        nothing = TaskCounts()
        ended = finished(last.get(task, nothing)) - finished(first.get(task, nothing))
        return max(0, ended) / (last_at - first_at) if last_at > first_at else 0.0

    @property
    def total(self) -> float:
        """Steps of all tasks that end in a second."""
        return sum(map(self.of, self._last[1]))


def seconds_left(counts: TaskCounts, rate: float) -> float | None:
    """How long it takes at this rate until none is pending; None if that cannot be said.

    >>> seconds_left(TaskCounts(waiting=10), 2.0)
    5.0
    """
    return counts.pending / rate if rate and counts.pending else None
