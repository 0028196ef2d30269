"""What steps are called, where that is soon said."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from funsies.client.progress import summed
from funsies.core.digest import Digest
from funsies.history.called import labels_here
from funsies.store.connect import Backend

MOST_STEPS: Final = 5_000
"""Where there are more, a notebook shows the names of tasks: it is not to wait for labels."""


def labels_soon(backend: Backend, steps: Collection[Digest]) -> Mapping[Digest, str]:
    """The labels of steps; none if it would take long to find them.

    Args:
        backend: where the steps are stored.
        steps: their addresses.
    """
    counts = backend.graph.counts()
    total = summed(counts.values()) if counts else None
    if total is None or total.done + total.failed + total.pending > MOST_STEPS:
        return {}
    return labels_here(backend, steps).texts
