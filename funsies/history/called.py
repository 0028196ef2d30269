"""What the steps are called that are shown; of very many that takes too long."""

from __future__ import annotations

from typing import Final

from funsies.store.connect import Backend

from .closure import all_steps
from .labels import Labels, labels_of

MOST_STEPS: Final = 100_000
"""Of more than these only the names of tasks are shown: labels would take too long."""


def labels_here(backend: Backend) -> Labels:
    """What the steps on a server are called; of very many nothing but that of their task."""
    closure = all_steps(backend)
    if len(closure.rows) > MOST_STEPS:
        return Labels({}, {digest: row.task_name for digest, row in closure.rows.items()})
    return labels_of(backend, closure)
