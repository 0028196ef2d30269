"""Upkeep of the store that any process may do: what expired, what is due, what is stuck."""

from __future__ import annotations

import logging
from typing import Final

from funsies.core.digest import Digest
from funsies.core.errors import Error, ErrorKind
from funsies.store.ports import GraphStore
from funsies.store.rows import Definitions, Expired, OperationRow, SweepAnswer

from .cycles import find_cycles
from .failure import error_content, failure, publish_failure
from .names import new_fence

_log = logging.getLogger(__name__)

SWEEP_LIMIT: Final = 100
SWEEP_FENCES: Final = 16
AUDIT_LIMIT: Final = 1000


def sweep_once(graph: GraphStore, sweeper: str, *, lease_ms: int) -> SweepAnswer:
    """Put operations of lost workers back, wake delayed ones, go on with long cascades.

    An operation that was lost too often ends with ``Error(WorkerLost)``.

    Args:
        graph: the store.
        sweeper: name of this process.
        lease_ms: length of a lease, milliseconds.
    """
    fences = [new_fence() for _ in range(SWEEP_FENCES)]
    answer = graph.sweep(sweeper, fences=fences, lease_ms=lease_ms, limit=SWEEP_LIMIT)
    for expired in answer.exhausted:
        _fail_lost(graph, expired)
    return answer


def _fail_lost(graph: GraphStore, expired: Expired) -> None:
    operation = graph.operation(expired.operation)
    if operation is not None:
        publish_failure(
            graph, failure(operation, expired.fence, _worker_lost(operation, expired))
        )


def _worker_lost(operation: OperationRow, expired: Expired) -> Error:
    return Error(
        kind=ErrorKind.WorkerLost,
        source=operation.digest.hex(),
        task=operation.task_name,
        details=f"its worker vanished; it was started {expired.attempts} times",
        worker=expired.worker,
        attempts=expired.attempts,
    )


def audit_once(graph: GraphStore) -> list[Digest]:
    """Set free what is pending while nothing moves.

    Operations may wait for one another through dynamic ones. Such circles cannot be excluded
    when the graph is built: two dynamic operations that run at the same time may each ask for
    the other. One operation of each circle ends with ``Error(Cycle)``; the others go on from
    there. If there is no circle, the store lost count; it counts again.

    Returns:
        The operations that were ended.
    """
    if not graph.is_stuck():
        return []
    pending = graph.pending(AUDIT_LIMIT)
    circles = find_cycles(pending, graph.waiting_on)
    if not circles and (repaired := graph.recount(pending)):
        _log.warning("%d operations waited for what had come already; they go on", repaired)
    return [circle[0] for circle in circles if _end_circle(graph, circle)]


def _end_circle(graph: GraphStore, circle: tuple[Digest, ...]) -> bool:
    rows = graph.operations(circle)
    names = [row.task_name for row in rows if row is not None]
    error = Error(
        kind=ErrorKind.Cycle,
        source=circle[0].hex(),
        task=names[0] if names else None,
        details="these operations wait for one another: " + " -> ".join([*names, *names[:1]]),
    )
    content, data = error_content(error)
    graph.define(Definitions(contents=((content, data),)))
    return graph.fail_waiting(circle[0], content)
