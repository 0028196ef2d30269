"""Settling what a dead horse left: put its operation back, or publish an error."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from funsies.core.errors import Error, ServerError
from funsies.run.decision import PutBack
from funsies.run.record import HOST, record_of_killed
from funsies.store.ports import GraphStore
from funsies.store.rows import Lease, OperationRow, Setback, Verdict
from funsies.store.server_retry import SERVER_TROUBLE

from .announcement import NO_FENCE, Announced, Phase
from .failure import failure, publish_failure, publish_for
from .obituary import Death, Fate, fate
from .succession import Ending
from .timing import Timing

_log = logging.getLogger(__name__)


class Settlement:
    """Settles for one worker.

    Args:
        graph: the store.
        worker: name of the worker, for the error.
        timing: the engine's patience.
        pause: waits for the given number of seconds between attempts to reach the server.
    """

    def __init__(
        self,
        graph: GraphStore,
        worker: str,
        timing: Timing,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._graph = graph
        self._worker = worker
        self._timing = timing
        self._pause = pause

    def settle(self, slot: str, announced: Announced | None, death: Death) -> bool:
        """Settle what a process left that ran one operation at a time."""
        return self.settle_all(Ending(slot, death, announced))

    def settle_all(self, ending: Ending) -> bool:
        """Settle the operations that this slot still holds, if any.

        The server is asked what the slot holds: the horse may have died between a claim and
        its announcement. First it is told not to hear what may still be on its way. What was
        done is published; what was not begun is put back, and is not charged. If the server
        stays away for a whole lease there is nothing left to settle here: another worker's
        sweep will find the lease expired.

        Returns:
            True if one was charged for its end, or ended: so this cannot go on for ever.
        """
        give_up_at = time.monotonic() + self._timing.lease_seconds
        wait_seconds = self._timing.tick_seconds / 10
        while True:
            try:
                return self._settle(ending)
            except SERVER_TROUBLE as trouble:
                _log.warning("cannot settle the operation of a dead horse: %s", trouble)
                if time.monotonic() + wait_seconds >= give_up_at:
                    return False
                self._pause(wait_seconds)
                wait_seconds = min(2 * wait_seconds, self._timing.backoff_seconds)

    def _settle(self, ending: Ending) -> bool:
        words, done = ending.last_words, ending.held.done
        if words:
            self._silence(ending.slot, words)
        is_settled = bool(done) and Verdict.OK in publish_for(self._graph, done).verdicts
        left = [lease for lease in self._graph.leases() if lease.slot == ending.slot]
        suspect = words.fence if words else NO_FENCE
        # What was claimed, and not yet said, may have killed it: none of the others has begun.
        # What the message brings that was on its way, while it ran others, it has not read.
        has_read = words is None or not ending.held.is_waiting
        if left and has_read and suspect not in [lease.fence for lease in left]:
            suspect = left[0].fence
        for lease in left:
            is_settled |= self._settle_one(lease, ending, is_suspect=lease.fence == suspect)
        return is_settled

    def _silence(self, slot: str, words: Announced) -> None:
        """Have the server not hear what may still be on its way.

        One that is full refuses this; it refuses that, too.
        """
        with suppress(ServerError):
            publish_for(self._graph, [], slot=slot, sequence=words.sequence + 1)

    def _settle_one(self, lease: Lease, ending: Ending, *, is_suspect: bool) -> bool:
        operation = self._graph.operation(lease.operation)
        if operation is None:
            return False
        decided = _fate(lease, ending, operation) if is_suspect else PutBack(Setback.NOTHING)
        self._apply(ending.slot, lease, operation, decided)
        return decided is not None and decided != PutBack(Setback.NOTHING)

    def _apply(self, slot: str, lease: Lease, operation: OperationRow, decided: Fate) -> None:
        if isinstance(decided, PutBack):
            self._graph.release(
                slot,
                lease.operation,
                lease.fence,
                delay_ms=decided.delay_ms,
                setback=decided.setback,
            )
        elif isinstance(decided, Error):
            self._publish(operation, lease, decided)

    def _publish(self, operation: OperationRow, lease: Lease, error: Error) -> None:
        full = replace(error, host=HOST, worker=self._worker)
        seconds = lease.running_ms / 1000
        record = record_of_killed(
            seconds, self._worker, error.attempts or 1, error.peak_memory_bytes
        )
        completion = replace(failure(operation, lease.fence, full), record=record)
        publish_failure(self._graph, completion)


def _fate(lease: Lease, ending: Ending, operation: OperationRow) -> Fate:
    announced, held = ending.last_words, ending.held
    running = NO_FENCE if announced is None else announced.fence
    if announced is not None and running == lease.fence:
        if announced.phase is Phase.RETIRED:
            return PutBack(Setback.NOTHING)  # for a successor that is not to come
        return fate(ending.death, announced, operation)
    if (lease.operation, lease.fence) in held.not_begun(running):
        return PutBack(Setback.NOTHING)
    return PutBack(Setback.LOSS)  # it died before it said what it runs
