"""The parent's side: one child under its eyes, from its fork to its end.

It keeps the child's lease, watches its deadline, relieves it of what it holds while one
operation takes longer than expected, and ends it in time.
"""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable
from contextlib import closing, suppress
from typing import IO

from funsies.engine.load import LoadMeter
from funsies.engine.slots import Assignment
from funsies.engine.supervision.crash_recovery import ChildExit, EndedChild, Kill, KillCause
from funsies.engine.tail_publisher import TailPublisher
from funsies.engine.timing import Timing
from funsies.run.machine_faults.memory import out_of_memory_kills
from funsies.run.orphans import Orphanage
from funsies.run.process_exit import ExitNotice, kill_group, peak_memory_bytes
from funsies.store.ports import GraphStore
from funsies.store.server_retry import SERVER_TROUBLE

from .batch import Batch, Relief
from .status_board import NO_FENCE, ChildStatus, Phase, StatusBoard

_log = logging.getLogger(__name__)


class ChildProcess:
    """Watches a child, keeps its lease, and ends it with all its descendants.

    Attributes:
        slot: under which the child claims.
        meter: reads what it takes of the machine.

    Args:
        graph: where its leases are.
        timing: the engine's patience.
        assignment: the slot under which it claims, and what a predecessor has left there.
        board: what it says.
        batch: what it holds besides what it runs.
        pid: its process, the leader of its own process group.
        begun_at: monotonic time before it was forked.
        file: into which it prints; None if that cannot be followed. It is closed at the end.
    """

    def __init__(
        self,
        graph: GraphStore,
        timing: Timing,
        assignment: Assignment,
        board: StatusBoard,
        batch: Batch,
        *,
        pid: int,
        begun_at: float,
        file: IO[bytes] | None = None,
    ) -> None:
        self.slot: str = assignment.slot
        self.meter: LoadMeter = LoadMeter(pid)
        self._timing = timing
        self._board = board
        self._batch = batch
        self._pid = pid
        self._kill: Kill | None = None
        self._is_over = False
        self._orphanage = Orphanage()
        self._kills_before = out_of_memory_kills()
        self._file = file
        self._tail_publisher = file and TailPublisher(graph, board, file)
        self._relief = Relief(graph, self.slot, board, batch)
        self._watchdog = Watchdog(
            graph, assignment, board, timing, self._interrupt, begun_at=begun_at
        )

    def watch(self, tick: Callable[[], None]) -> EndedChild:
        """Look after the child until it is dead, and none of its descendants is left.

        Args:
            tick: called at least once in ``tick_seconds``.
        """
        with closing(ExitNotice(self._pid)) as exit_notice:
            while not exit_notice.wait(self._next_look_seconds()):
                self._look()
                tick()
            kill_group(self._pid)  # its number is nobody else's until it is collected
            self._is_over = True
            collected = exit_notice.collect()
        if collected is None:
            raise ChildProcessError("the child of a worker was collected by somebody else")
        status, usage = collected
        if self._file:
            self._file.close()
        self._orphanage.clear()
        how = ChildExit(
            status=status,
            kill=self._kill,
            peak_memory_bytes=peak_memory_bytes(usage),
            out_of_memory=out_of_memory_kills() > self._kills_before,
            trouble=self._board.trouble,
        )
        return EndedChild(self.slot, how, self._board.read(), self._batch.read())

    def stop(self) -> None:
        """Have the child leave within the grace; what it runs then is put back."""
        self._watchdog.ask_to_stop()

    def kill(self, kill: Kill) -> None:
        """End the child at once, with its process group."""
        self._kill = self._kill or kill
        if not self._is_over:  # else its number may be another's by now
            kill_group(self._pid)

    def _next_look_seconds(self) -> float:
        if self._kill is not None:
            return self._timing.tick_seconds
        pauses = [self._watchdog.next_look_seconds(), self._relief.next_look_seconds()]
        pauses += [self._tail_publisher.next_look_seconds()] if self._tail_publisher else []
        return min(pauses)

    def _look(self) -> None:
        if self._tail_publisher:
            self._tail_publisher.look()
        if self._kill is None:
            self._relief.look()
        if self._kill is None and (kill := self._watchdog.look()) is not None:
            self.kill(kill)

    def _interrupt(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGTERM)


class Watchdog:
    """Looks at a child now and then, and says when it has to be killed.

    It acts on the (operation, fence) that the child said last, never on whatever the child is
    at: that may have changed meanwhile.

    Attributes:
        slot: under which the child claims.
    """

    def __init__(
        self,
        graph: GraphStore,
        assignment: Assignment,
        board: StatusBoard,
        timing: Timing,
        interrupt: Callable[[], None],
        *,
        begun_at: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep a child.

        Args:
            graph: where its leases are.
            assignment: the slot under which it claims, and what a predecessor has left there:
                that is renewed as soon as it runs, as its lease may be old.
            board: what it says.
            timing: the engine's patience.
            interrupt: sends SIGTERM to the child.
            begun_at: time at which there was no child yet.
            clock: the time, monotonic seconds.
        """
        self.slot: str = assignment.slot
        self._graph = graph
        self._board = board
        self._timing = timing
        self._interrupt = interrupt
        self._clock = clock
        inherited = assignment.inherited
        self._known_fence = NO_FENCE if inherited is None else inherited.fence
        self._looked_at = begun_at
        self._renew_at = begun_at + (timing.renew_seconds if inherited is None else 0.0)
        self._preempt_at: float | None = None
        self._kill_at: float | None = None

    def ask_to_stop(self) -> None:
        """Let it end its operation within the grace, and claim no other."""
        self._board.ask_to_stop()
        if self._preempt_at is None:
            self._preempt_at = self._clock() + self._timing.stop_grace_seconds

    def next_look_seconds(self) -> float:
        """How long nothing has to be looked at."""
        now = self._clock()
        due = [now + self._timing.tick_seconds]
        due += [
            at for at in (self._preempt_at, self._kill_at, self._deadline()) if at is not None
        ]
        return max(0.0, min(due) - now)

    def look(self) -> Kill | None:
        """Renew the lease if it is time; say why the child has to be killed, if it has to."""
        now, looked_at = self._clock(), self._looked_at
        self._looked_at = now
        if self._kill_at is not None and now >= self._kill_at:
            return Kill(KillCause.STOP)
        if self._preempt_at is not None and now >= self._preempt_at:
            self._preempt(now)
        task = self._board.read()
        if task is None or task.phase in (Phase.IDLE, Phase.RETIRED):
            return None
        deadline = self._deadline_of(task)
        if deadline is not None and now >= deadline:
            return Kill(KillCause.DEADLINE, task.fence)
        if task.fence != self._known_fence:  # its lease may be as old as the look before
            self._known_fence = task.fence
            self._renew_at = looked_at + self._timing.renew_seconds
        if now >= self._renew_at and self._is_lost(task):
            return Kill(KillCause.FENCED, task.fence)
        return None

    def _preempt(self, now: float) -> None:
        self._preempt_at = None
        self._kill_at = now + self._timing.preempt_seconds
        self._board.ask_to_preempt()
        self._interrupt()

    def _deadline(self) -> float | None:
        task = self._board.read()
        return self._deadline_of(task) if task is not None else None

    def _deadline_of(self, task: ChildStatus) -> float | None:
        if task.phase is not Phase.RUNNING or not task.deadline:
            return None
        return task.deadline + self._timing.timeout_grace_seconds

    def _is_lost(self, task: ChildStatus) -> bool:
        """Renew the lease; True if it is lost while the operation still runs."""
        self._renew_at = self._clock() + self._timing.renew_seconds
        return not self._renew(task) and self._still_runs(task)

    def _renew(self, task: ChildStatus) -> bool:
        try:
            return self._graph.renew(self.slot, task.fence, lease_ms=self._timing.lease_ms)
        except SERVER_TROUBLE as trouble:
            _log.warning("cannot renew the lease of %s: %s", task.operation.hex(), trouble)
            self._renew_at = self._clock() + self._timing.tick_seconds
            return True

    def _still_runs(self, task: ChildStatus) -> bool:
        """True unless the child was ending the operation just when its lease was renewed."""
        after = self._board.read()
        return after is not None and after.phase is Phase.RUNNING and after.fence == task.fence
