"""Prolonging the lease of what this process runs, from a thread beside it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from typing_extensions import override

from funsies.core.errors import NoServerError, ServerError
from funsies.store.ports import GraphStore
from funsies.store.rows import Claim

from .announcement import Announced
from .observer import Observer
from .succession import Inherited, Post
from .timing import Timing

TIMING: Final = Timing()


class Renewing(Observer):
    """Remembers which lease is held, and prolongs it from a thread of its own.

    Args:
        graph: where the leases are.
        slot: under which they are held.
    """

    def __init__(self, graph: GraphStore, slot: str) -> None:
        self._graph = graph
        self._slot = slot
        self._claim: Claim | None = None
        self._sequence = 0
        self._is_over = threading.Event()

    @override
    def stepping(self, sequence: int) -> None:
        self._sequence = sequence

    @override
    def claimed(self, claim: Claim) -> None:
        self._claim = claim

    @override
    def idle(self) -> None:
        self._claim = None

    @property
    def post(self) -> Post:
        """Where another process finds what is in hand."""
        claim = self._claim
        return Post(
            self._slot, None if claim is None else Inherited(self._sequence, claim.fence)
        )

    @property
    def announced(self) -> Announced | None:
        """What is in hand, for whoever has to settle it; None for nothing."""
        return None if self._claim is None else Announced.of(self._claim)

    def stop(self) -> None:
        """End the thread."""
        self._is_over.set()

    def run(self) -> None:
        """Prolong the lease again and again, until the end."""
        while not self._is_over.wait(TIMING.renew_seconds):
            claim = self._claim
            if claim is not None:
                with suppress(NoServerError, ServerError):  # the next turn tries again
                    self._graph.renew(self._slot, claim.fence, lease_ms=TIMING.lease_ms)


@contextmanager
def renewed(graph: GraphStore, slot: str) -> Iterator[Renewing]:
    """Prolong what is held under a slot, for a while."""
    observer = Renewing(graph, slot)
    thread = threading.Thread(target=observer.run, name="funsies-lease", daemon=True)
    thread.start()
    try:
        yield observer
    finally:
        observer.stop()
        thread.join()
