"""Upkeep of the store, which any worker does for everybody: what expired, is due, or is stuck.

There is no scheduler: every worker sweeps and audits now and then, idle or busy, and it does no
harm if several do it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final

from funsies.core.digest import Digest, short_hash
from funsies.core.errors import Error, ErrorKind
from funsies.store.ports import GraphStore
from funsies.store.rows import (
    Definitions,
    Expired,
    OperationRow,
    QueueName,
    SetAside,
    SweepAnswer,
)
from funsies.store.server_retry import SERVER_TROUBLE

from .failure import error_content, failure, publish_failure
from .slots import new_fence
from .timing import Timing

_log = logging.getLogger(__name__)


class Upkeep:
    """Sweeps, audits, and sees to it that work that is ready has a drain job.

    There is no scheduler: every worker does this, and it does no harm if several do it.

    Args:
        graph: the store.
        worker: name of this worker.
        queues: that it serves.
        arm: queues drain jobs.
        timing: the engine's patience.
        clock: the time, monotonic seconds.
    """

    def __init__(
        self,
        graph: GraphStore,
        worker: str,
        queues: Collection[QueueName],
        arm: Callable[[Iterable[QueueName]], None],
        timing: Timing,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._graph = graph
        self._worker = worker
        self._queues = frozenset(queues)
        self._arm = arm
        self._timing = timing
        self._clock = clock
        self._sweep_at = self._audit_at = clock()
        self._told: set[SetAside] = set()

    def tick(self) -> None:
        """Do what is due. Trouble with the server is reported and survived."""
        try:
            self._tick(self._clock())
        except SERVER_TROUBLE as trouble:
            _log.warning("upkeep has to wait: %s", trouble)

    def finds_work(self, queue: QueueName) -> bool:
        """Whether a child would find something to do on a queue, once what is due is done.

        While work is ready a drain job always waits to be taken. So the last one is taken when
        the work is done, and a child would be forked for nothing, which costs as much processor
        time as some twenty steps.

        Returns:
            True also if the server cannot say: the child will tell its trouble.
        """
        try:
            if self._graph.ready(queue):
                return True
            self._sweep()
            return self._graph.ready(queue) > 0
        except SERVER_TROUBLE:
            return True

    def _tick(self, now: float) -> None:
        if now >= self._sweep_at:
            self._sweep_at = now + self._timing.sweep_seconds
            self._sweep()
        if now >= self._audit_at:
            self._audit_at = now + self._timing.audit_seconds
            audit_once(self._graph)
        self.arm_ready()

    def _sweep(self) -> None:
        more = True
        while more:
            answer = sweep_once(self._graph, self._worker, lease_ms=self._timing.lease_ms)
            self._arm(answer.arm)
            more = answer.more
        self._tell_set_aside()

    def _tell_set_aside(self) -> None:
        """Name in the log what was damaged and is set aside: each once."""
        for each in self._graph.repair.set_aside():
            if each not in self._told:
                self._told.add(each)
                _log.warning(
                    "the %s was damaged on the server and is set aside: %s; execute() by the "
                    "program that makes it defines it again (see funsies status)",
                    each.what,
                    short_hash(each.name),
                )

    def arm_ready(self) -> None:
        """Queue drain jobs for those of this worker's queues on which work is ready."""
        self._arm([name for name in self._graph.queues() if name in self._queues])


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
    (operation,) = graph.operations([expired.operation])
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


def find_cycles(
    starts: Iterable[Digest], next_nodes: Callable[[Digest], Iterable[Digest]]
) -> list[tuple[Digest, ...]]:
    """Find circles that can be reached from some nodes.

    Each node is read once. Of several circles with a node in common, one may be found; when it
    is broken, another search finds the next.

    Args:
        starts: where to begin.
        next_nodes: where one can go from a node.

    Returns:
        The circles, each beginning with its smallest node.

    >>> graph = {b"a": [b"b"], b"b": [b"c"], b"c": [b"b"]}
    >>> find_cycles([b"a"], graph.__getitem__)
    [(b'b', b'c')]
    """
    cycles: list[tuple[Digest, ...]] = []
    finished: set[Digest] = set()
    for start in starts:
        if start not in finished:
            cycles += _search(start, next_nodes, finished)
    return cycles


def _search(
    start: Digest,
    next_nodes: Callable[[Digest], Iterable[Digest]],
    finished: set[Digest],
) -> Iterator[tuple[Digest, ...]]:
    """Search in depth, without recursion: graphs are deeper than Python's stack."""
    path = {start: iter(next_nodes(start))}
    while path:
        node, branches = next(reversed(path.items()))
        following = next(branches, None)
        if following is None:
            del path[node]
            finished.add(node)
        elif following in path:
            yield _circle(list(path), following)
        elif following not in finished:
            path[following] = iter(next_nodes(following))


def _circle(path: list[Digest], entry: Digest) -> tuple[Digest, ...]:
    circle = path[path.index(entry) :]
    first = circle.index(min(circle))
    return tuple(circle[first:] + circle[:first])
