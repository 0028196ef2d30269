"""What becomes of what a child held when it has ended: a successor's, put back, or failed.

A child leaves in order, or makes way for a fresh one, or dies. It makes way for two reasons.
What a step did to its process cannot be undone: it left children or threads, so that what comes
next would meet a pool that is broken. Or the operation in hand needs a process that this one is
not: the child hands it over. It says ``RETIRED`` and leaves; its parent forks the next one at
once, for the same drain job. A claim that is handed over stays with its slot. The successor
takes the slot, and repeats the message that got the claim: the store gives the same answer
again.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeAlias

import msgspec

from funsies.core.errors import Error, ErrorKind, ServerError
from funsies.engine.failure import failure, publish_failure, publish_for
from funsies.engine.slots import Assignment, InheritedClaim, new_slot
from funsies.engine.timing import Timing
from funsies.run.decision import PutBack
from funsies.run.execution import HOST, record_of_killed
from funsies.run.machine_faults.memory import explained
from funsies.run.process_exit import signal_name
from funsies.store.ports import GraphStore
from funsies.store.rows import Fence, Lease, OperationRow, Setback, Verdict
from funsies.store.server_retry import SERVER_TROUBLE

from .batch import NOTHING_HELD, Held
from .status_board import NO_FENCE, ChildStatus, Phase

_log = logging.getLogger(__name__)


class KillCause(Enum):
    """Why a worker killed its own child."""

    DEADLINE = "deadline"
    """The operation ran past its timeout."""
    FENCED = "fenced"
    """The operation is not the child's any more: cancelled, reset, or given to another."""
    STOP = "stop"
    """The worker has to leave."""


@dataclass(frozen=True, slots=True)
class Kill:
    """The decision to kill a child.

    Attributes:
        cause: why.
        fence: of the operation that is the reason; None for whatever the child runs. The child
            may have gone on to another operation when the kill struck.
    """

    cause: KillCause
    fence: Fence | None = None


@dataclass(frozen=True, slots=True)
class ChildExit:
    """How a child ended.

    Attributes:
        status: as ``waitpid`` gives it.
        kill: why the worker killed it; None if it did not.
        peak_memory_bytes: largest resident memory.
        out_of_memory: True if the kernel killed something for want of memory meanwhile.
        trouble: what it said was the reason; empty if it said nothing.
    """

    status: int
    kill: Kill | None = None
    peak_memory_bytes: int | None = None
    out_of_memory: bool = False
    trouble: str = ""

    @property
    def signal_name(self) -> str | None:
        """Name of the signal that ended it; None if it left by itself."""
        if not os.WIFSIGNALED(self.status):
            return None
        return signal_name(os.WTERMSIG(self.status))

    @property
    def how(self) -> str:
        """How it ended, for people."""
        if self.signal_name:
            return f"was ended by {self.signal_name}"
        if self.trouble:
            return f"gave up: {self.trouble}"
        return f"left with exit code {self.exit_code}"

    @property
    def exit_code(self) -> int | None:
        """Its exit code; None if a signal ended it."""
        return os.WEXITSTATUS(self.status) if os.WIFEXITED(self.status) else None


AfterExit: TypeAlias = PutBack | Error | None
"""Put the operation back, fail it, or leave it alone."""


def after_exit(child_exit: ChildExit, task: ChildStatus, operation: OperationRow) -> AfterExit:
    """Decide what becomes of the operation that a dead child held.

    A stop gives the attempt back; a timeout is retried only if the options say so; any other
    end is a loss, of which ``lost_limit`` are its end.
    """
    if child_exit.kill is not None:
        return _after_kill(child_exit.kill, child_exit, task, operation)
    if task.losses + 1 < task.lost_limit:
        return PutBack(Setback.LOSS)
    is_memory = child_exit.out_of_memory and child_exit.signal_name == "SIGKILL"
    kind = ErrorKind.OutOfMemory if is_memory else ErrorKind.WorkerLost
    return _error(kind, child_exit, task, operation)


def _after_kill(
    kill: Kill, child_exit: ChildExit, task: ChildStatus, operation: OperationRow
) -> AfterExit:
    if kill.fence not in (None, task.fence) or kill.cause is KillCause.STOP:
        return PutBack(Setback.NOTHING)  # the operation was not to blame
    if kill.cause is KillCause.FENCED:
        return None
    if task.failures < task.retries:
        return PutBack(Setback.FAILURE, task.retry_delay_ms)
    return _error(ErrorKind.JobTimedOut, child_exit, task, operation)


def _error(
    kind: ErrorKind, child_exit: ChildExit, task: ChildStatus, operation: OperationRow
) -> Error:
    return Error(
        kind=kind,
        source=operation.digest.hex(),
        task=operation.task_name,
        details=_describe(kind, child_exit, task),
        exit_code=child_exit.exit_code,
        signal=child_exit.signal_name,
        attempts=task.attempt,
        peak_memory_bytes=child_exit.peak_memory_bytes,
    )


def _describe(kind: ErrorKind, child_exit: ChildExit, task: ChildStatus) -> str:
    if kind is ErrorKind.JobTimedOut:
        return "the step ran past its timeout, and its process was killed"
    if kind is ErrorKind.OutOfMemory:
        what = "the process that ran the step was killed by the system for want of memory"
        return f"{what}{_times(task)}\n{explained(child_exit.peak_memory_bytes)}"
    return f"the process that ran the step {child_exit.how}{_times(task)}"


def _times(task: ChildStatus) -> str:
    return f"; it was started {task.attempt} times" if task.attempt > 1 else ""


@dataclass(frozen=True, slots=True)
class EndedChild:
    """How a child has ended, and what it said last.

    Attributes:
        slot: under which it claimed.
        exit: how its process ended.
        last_status: None if it died while it was speaking.
        held: what it held besides what it ran.
    """

    slot: str
    exit: ChildExit
    last_status: ChildStatus | None
    held: Held = NOTHING_HELD

    @property
    def was_in_order(self) -> bool:
        """True if the child left by itself with nothing in hand, and needs no successor."""
        return self._left_as(Phase.IDLE)

    @property
    def has_settled(self) -> bool:
        """True if it was not started in vain."""
        return self.last_status is None or self.last_status.settled > 0

    @property
    def successor(self) -> Assignment | None:
        """Where a successor takes up its work; None if there is to be none."""
        if not self._left_as(Phase.RETIRED) or self.last_status is None:
            return None
        if self.last_status.fence == NO_FENCE:
            return Assignment(new_slot())
        left = InheritedClaim(self.last_status.sequence, self.last_status.fence)
        return Assignment(self.slot, left)

    def _left_as(self, phase: Phase) -> bool:
        last = self.last_status
        return self.exit.status == os.EX_OK and last is not None and last.phase is phase


class CrashRecovery:
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

    def recover(self, ended: EndedChild) -> bool:
        """Settle the operations that this slot still holds, if any.

        The server is asked what the slot holds: the child may have died between a claim and
        its board. First it is told not to hear what may still be on its way. What was
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
                return self._settle(ended)
            except SERVER_TROUBLE as trouble:
                _log.warning("cannot settle the operation of a dead work-horse: %s", trouble)
                if time.monotonic() + wait_seconds >= give_up_at:
                    return False
                self._pause(wait_seconds)
                wait_seconds = min(2 * wait_seconds, self._timing.backoff_seconds)

    def _settle(self, ended: EndedChild) -> bool:
        last_status, done = ended.last_status, ended.held.done
        if last_status:
            self._silence(ended.slot, last_status)
        is_settled = bool(done) and Verdict.OK in publish_for(self._graph, done).verdicts
        left = [lease for lease in self._graph.leases() if lease.slot == ended.slot]
        suspect = last_status.fence if last_status else NO_FENCE
        # What was claimed, and not yet said, may have killed it: none of the others has begun.
        # What the message brings that was on its way, while it ran others, it has not read.
        has_read = last_status is None or not ended.held.is_waiting
        if left and has_read and suspect not in [lease.fence for lease in left]:
            suspect = left[0].fence
        for lease in left:
            is_settled |= self._settle_one(lease, ended, is_suspect=lease.fence == suspect)
        return is_settled

    def _silence(self, slot: str, last_status: ChildStatus) -> None:
        """Have the server not hear what may still be on its way.

        One that is full refuses this; it refuses that, too.
        """
        with suppress(ServerError):
            publish_for(self._graph, [], slot=slot, sequence=last_status.sequence + 1)

    def _settle_one(self, lease: Lease, ended: EndedChild, *, is_suspect: bool) -> bool:
        (operation,) = self._graph.operations([lease.operation])
        if operation is None:
            return False
        decided = (
            _after_exit(lease, ended, operation) if is_suspect else PutBack(Setback.NOTHING)
        )
        self._apply(ended.slot, lease, operation, decided)
        return decided is not None and decided != PutBack(Setback.NOTHING)

    def _apply(
        self, slot: str, lease: Lease, operation: OperationRow, decided: AfterExit
    ) -> None:
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
        unnoted = failure(operation, lease.fence, full)
        completion = msgspec.structs.replace(unnoted, record=record)
        publish_failure(self._graph, completion)


def _after_exit(lease: Lease, ended: EndedChild, operation: OperationRow) -> AfterExit:
    last_status, held = ended.last_status, ended.held
    running = NO_FENCE if last_status is None else last_status.fence
    if last_status is not None and running == lease.fence:
        if last_status.phase is Phase.RETIRED:
            return PutBack(Setback.NOTHING)  # for a successor that is not to come
        return after_exit(ended.exit, last_status, operation)
    if (lease.operation, lease.fence) in held.not_begun(running):
        return PutBack(Setback.NOTHING)
    return PutBack(Setback.LOSS)  # it died before it said what it runs
