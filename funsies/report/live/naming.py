"""What steps are called that are shown while they run: looked up seldom, and never for long."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Final

from funsies.core.digest import Digest
from funsies.history.called import labels_here
from funsies.history.labels import NO_LABELS, Labels
from funsies.store.connect import Backend

Look = Callable[[Collection[Digest]], Labels]

MOST_STEPS: Final = 10_000
"""Of more than these only the names of tasks are shown: looking would hold up what is shown."""

PAUSE: Final = 50
"""Between two looks so many times as long passes as the last one took."""


def labels_of_few(backend: Backend, steps: Collection[Digest]) -> Labels:
    """Labels, if there are not too many steps to look for them."""
    counts = backend.graph.counts().values()
    number = sum(each.pending + each.done + each.failed for each in counts)
    return labels_here(backend, steps) if number <= MOST_STEPS else NO_LABELS


def no_labels(_steps: Collection[Digest]) -> Labels:
    """What is known where nobody looks."""
    return NO_LABELS


class Naming:
    """Keeps the labels of steps.

    Args:
        look: finds them out.
        clock: the time, monotonic seconds.
    """

    def __init__(
        self, look: Look = no_labels, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._look = look
        self._clock = clock
        self._due = clock()
        self._labels = NO_LABELS

    def labels(self, steps: Collection[Digest]) -> Labels:
        """Labels of these steps, and others, as far as they are known or it is time to look."""
        began = self._clock()
        if began >= self._due and any(each not in self._labels.names for each in steps):
            self._labels = self._look(steps)
            now = self._clock()
            self._due = now + PAUSE * (now - began)
        return self._labels
