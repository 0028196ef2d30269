"""The heartbeat that keeps a lease while a program runs steps without a worker.

A worker renews the lease of what its child runs. A program that runs steps itself is busy with
them, so that a thread beside them does it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from typing_extensions import override

from funsies.core.errors import NoServerError, ServerError
from funsies.store.ports import GraphStore
from funsies.store.rows import Claim

from .consumer import Observer
from .slots import Assignment, InheritedClaim
from .supervision.status_board import ChildStatus
from .timing import Timing


class LeaseHeartbeat(Observer):
    """Remembers which lease is held, and renews it from a thread of its own.

    Args:
        graph: where the leases are.
        slot: under which they are held.
        timing: how long a lease holds, and how often it is renewed.
    """

    def __init__(self, graph: GraphStore, slot: str, timing: Timing) -> None:
        self._graph = graph
        self._slot = slot
        self._timing = timing
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
    def assignment(self) -> Assignment:
        """Where another process finds what is in hand."""
        claim = self._claim
        return Assignment(
            self._slot, None if claim is None else InheritedClaim(self._sequence, claim.fence)
        )

    @property
    def last_status(self) -> ChildStatus | None:
        """What is in hand, for whoever has to settle it; None for nothing."""
        return None if self._claim is None else ChildStatus.of(self._claim)

    def stop(self) -> None:
        """End the thread."""
        self._is_over.set()

    def run(self) -> None:
        """Prolong the lease again and again, until the end."""
        while not self._is_over.wait(self._timing.renew_seconds):
            claim = self._claim
            if claim is not None:
                with suppress(NoServerError, ServerError):  # the next turn tries again
                    self._graph.renew(self._slot, claim.fence, lease_ms=self._timing.lease_ms)


@contextmanager
def lease_heartbeat(graph: GraphStore, slot: str, timing: Timing) -> Iterator[LeaseHeartbeat]:
    """Prolong what is held under a slot, for a while."""
    observer = LeaseHeartbeat(graph, slot, timing)
    thread = threading.Thread(target=observer.run, name="funsies-lease", daemon=True)
    thread.start()
    try:
        yield observer
    finally:
        observer.stop()
        thread.join()
