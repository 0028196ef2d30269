"""What a worker does for everybody, now and then, idle or busy."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterable

from funsies.core.digest import short_hash
from funsies.store.ports import GraphStore
from funsies.store.rows import QueueName, SetAside
from funsies.store.server_retry import SERVER_TROUBLE

from .maintenance import audit_once, sweep_once
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
        for each in self._graph.set_aside():
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
