"""What steps are called on the page, at a cost that does not depend on how many there are."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final

from funsies.history.called import labels_here
from funsies.history.closure import Closure, read_closure
from funsies.history.labels import Labels, labels_of
from funsies.store.connect import Backend
from funsies.store.rows import OperationRow

from .walking import some_steps

MOST_TOLD_APART: Final = 1000
"""Among so many steps each is told from all others, as on the command line; of more, those that
are shown together are told from each other."""

NEAR: Final = 200
"""So many neighbours of a step tell what distinguishes it."""


class Namer:
    """Finds labels of steps, and keeps them until there are others."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: object = None
        self._labels: Labels | None = None

    def labels(self, backend: Backend, rows: Sequence[OperationRow]) -> Labels:
        """What some steps are called that are shown together."""
        return self._of_all(backend) or _among(backend, rows)

    def label(self, backend: Backend, row: OperationRow) -> str:
        """What a step is called that is shown alone."""
        found = self._of_all(backend) or labels_of(backend, _neighbourhood(backend, row))
        return found.of(row.digest)

    def _of_all(self, backend: Backend) -> Labels | None:
        """Labels of all steps; None if they are too many."""
        counts = backend.graph.counts().items()
        known = {name: each.pending + each.done + each.failed for name, each in counts}
        with self._lock:
            if known != self._known:
                rows = some_steps(backend, MOST_TOLD_APART)
                is_all = len(rows) < MOST_TOLD_APART
                digests = [row.digest for row in rows]
                self._labels = labels_here(backend, digests) if is_all else None
                self._known = known
            return self._labels


def _among(backend: Backend, rows: Sequence[OperationRow]) -> Labels:
    by_digest = {row.digest: row for row in rows}
    return labels_of(backend, Closure(tuple(by_digest), by_digest, {}))


def _neighbourhood(backend: Backend, row: OperationRow) -> Closure:
    """A step, and others that are inputs of the same."""
    users = backend.graph.consumers([row.digest])[:1]
    return read_closure(backend, [row.digest, *users], depth=1, most=NEAR, most_inputs=NEAR)
