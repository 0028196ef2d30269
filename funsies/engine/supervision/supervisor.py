"""The supervisor: has children drain a queue, and sees to what they leave.

A worker's own process never runs user code: what a step does to its process, a child dies of,
and the worker goes on.
"""

from __future__ import annotations

import logging
import os
import random
import signal
import time
from collections.abc import Callable
from functools import partial
from typing import IO, NoReturn

from funsies.engine import drain_job
from funsies.engine.backoff import ForkBackoff
from funsies.engine.slots import Assignment, new_slot
from funsies.engine.timing import Timing
from funsies.run.orphans import become_subreaper, die_with_parent
from funsies.run.process_exit import lead_group
from funsies.run.surroundings.streams import new_file
from funsies.store.connect import Address
from funsies.store.key_names import DEFAULT_NAMESPACE
from funsies.store.ports import GraphStore
from funsies.store.rows import QueueName

from .batch import Batch
from .child import ChildContext, ChildObserver, set_current_child
from .crash_recovery import CrashRecovery, EndedChild, Kill, KillCause
from .status_board import StatusBoard
from .watchdog import ChildProcess

_log = logging.getLogger(__name__)

_STOP_SIGNALS = frozenset({signal.SIGINT, signal.SIGTERM})


class Supervisor:
    """Forks the children of one worker, watches each, and settles what it held at its end.

    Attributes:
        backoff: says for which queues no child is to be started for the time being.

    Args:
        address: where the server is.
        graph: the store.
        worker: name of the worker.
        timing: the engine's patience.
    """

    def __init__(
        self, address: Address, graph: GraphStore, worker: str, timing: Timing
    ) -> None:
        self.backoff: ForkBackoff = ForkBackoff(graph, worker, timing.fork_backoff_seconds)
        self._address = address
        self._graph = graph
        self._worker = worker
        self._timing = timing
        self._crash_recovery = CrashRecovery(graph, worker, timing)
        self._child: ChildProcess | None = None
        self._is_stopping = False

    @property
    def load(self) -> str:
        """What the child and its descendants take; empty if there is none."""
        found = None if self._child is None else self._child.meter.read()
        return "" if found is None else found.written

    def stop(self) -> None:
        """Have the child leave within its grace, and no other follow. Safe in a handler."""
        self._is_stopping = True
        if self._child is not None:
            self._child.stop()

    def kill(self) -> None:
        """End the child at once, if there is one. Safe in a handler."""
        if self._child is not None:
            self._child.kill(Kill(KillCause.STOP))

    def drain(self, queue: QueueName, tick: Callable[[], None]) -> bool:
        """Have a child drain a queue, and its successors; settle what the last one left.

        All of them together have one time slice, so that other queues have their turn, too.

        Args:
            queue: to be drained.
            tick: called at least once in ``tick_seconds``.

        Returns:
            False if the last one did not leave in order, or none could be started.
        """
        over_at = time.monotonic() + self._timing.slice_seconds
        ended = self._run_child(queue, Assignment(new_slot()), tick)
        if ended is None:
            self.backoff.note(queue, progressed=False, trouble="they cannot be started")
            return False
        while assignment := ended.successor:
            tick()  # each child may end before its first one
            if self._is_stopping or time.monotonic() >= over_at:
                break
            self._take_note(queue, ended, progressed=ended.has_settled)
            if self.backoff.holds(queue):
                break
            next_one = self._run_child(queue, assignment, tick)
            if next_one is None:
                break
            ended = next_one
        progressed = ended.has_settled
        if not ended.was_in_order:
            progressed |= self._crash_recovery.recover(ended)
        self._take_note(queue, ended, progressed=progressed)
        return ended.was_in_order

    def _take_note(self, queue: QueueName, ended: EndedChild, *, progressed: bool) -> None:
        trouble = None if ended.was_in_order else ended.exit.how
        self.backoff.note(queue, progressed=progressed, trouble=trouble)

    def _run_child(
        self, queue: QueueName, assignment: Assignment, tick: Callable[[], None]
    ) -> EndedChild | None:
        """Fork a child, and look after it until it has ended; None if it cannot be forked."""
        try:
            child = self._fork(queue, assignment)
        except OSError as problem:  # no memory, or too many processes
            _log.warning("worker %s cannot start its work-horse: %s", self._worker, problem)
            return None
        ended = child.watch(tick)
        self._child = None
        if ended.successor is None and not ended.was_in_order:
            _log.warning("worker %s: its work-horse %s", self._worker, ended.exit.how)
        return ended

    def _fork(self, queue: QueueName, assignment: Assignment) -> ChildProcess:
        """Fork a child. Signals wait until both sides are ready for them."""
        board, batch, file = StatusBoard(), Batch(), _file_of_steps()
        signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
        try:
            parent, begun_at = os.getpid(), time.monotonic()
            pid = _forked(file)
            if pid == 0:
                begin = partial(self._become_child, assignment, board, batch, file, parent)
                self._live_as_child(queue, begin)
            lead_group(pid)
            self._child = child = ChildProcess(
                self._graph,
                self._timing,
                assignment,
                board,
                batch,
                pid=pid,
                begun_at=begun_at,
                file=file,
            )
            if self._is_stopping:  # since the moment before the fork
                child.stop()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)
        return child

    def _live_as_child(self, queue: QueueName, begin: Callable[[], ChildObserver]) -> NoReturn:
        """Do what a child does; never come back into the worker's code.

        What RQ does in a child the worker does itself, over the connection that it has: before
        it forks one, and after the last one has ended.
        """
        try:
            observer = begin()
            random.seed()
            observer.install_handlers()
            signal.pthread_sigmask(signal.SIG_SETMASK, ())  # what the worker's parent held, too
            drain_job.run(DEFAULT_NAMESPACE, queue)
            os._exit(os.EX_OK)
        except Exception:  # noqa: BLE001 - the worker tells that it failed, and goes on
            _log.exception("a work-horse of worker %s failed", self._worker)
        finally:
            os._exit(os.EX_SOFTWARE)  # it has left by now if all went well

    def _become_child(
        self,
        assignment: Assignment,
        board: StatusBoard,
        batch: Batch,
        file: IO[bytes] | None,
        parent: int,
    ) -> ChildObserver:
        lead_group(os.getpid())
        die_with_parent(signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)  # it died before it could be told
        become_subreaper()
        observer = ChildObserver(board, batch)
        set_current_child(
            ChildContext(self._address, self._worker, assignment, self._timing, observer, file)
        )
        return observer


def _forked(file: IO[bytes] | None) -> int:
    """Fork; the file is closed if that cannot be."""
    try:
        return os.fork()
    except BaseException:
        if file:
            file.close()
        raise


def _file_of_steps() -> IO[bytes] | None:
    """Into which the steps of a child print, open in both processes."""
    try:
        return new_file()
    except OSError as problem:  # no room: the steps will say so, if they are still to be run
        _log.warning("what steps print cannot be followed: %s", problem)
        return None
