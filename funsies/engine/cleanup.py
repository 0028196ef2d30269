"""Dropping what is queued, without forgetting any result."""

from __future__ import annotations

from typing import Final

from funsies.core.errors import Error, ErrorKind
from funsies.run.decision import Decision, Publish
from funsies.store.ports import GraphStore
from funsies.store.rows import Claim

from .drain import drain
from .failure import failure
from .slots import new_slot

LEASE_MS: Final = 60_000


def cancel_ready(graph: GraphStore) -> int:
    """End everything that is ready, and with it what waits for it, as cancelled.

    It claims the operations in place of the workers. Results stay; what is cancelled is not
    remembered, and the next ``execute`` computes it.

    Returns:
        The number of operations that were claimed and ended.
    """
    cancelled = 0
    while queues := [queue for queue, number in graph.queues().items() if number]:
        published = sum(
            drain(graph, _Canceller(), new_slot(), queue, lease_ms=LEASE_MS).published
            for queue in queues
        )
        cancelled += published
        if not published:
            break
    return cancelled


class _Canceller:
    """Ends operations instead of running them."""

    def evaluate(self, claim: Claim) -> Decision:
        operation = claim.operation
        error = Error(
            kind=ErrorKind.Cancelled,
            source=operation.digest.hex(),
            task=operation.task_name,
            details="dropped before it was run; execute it again",
        )
        return Publish(failure(operation, claim.fence, error))
