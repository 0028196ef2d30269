"""The worker: an RQ worker that knows what its child runs, and settles what it leaves."""

from __future__ import annotations

import logging
import os
import random
import signal
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import IO, TYPE_CHECKING, Any, NoReturn

import msgspec
from redis import Redis
from rq.exceptions import StopRequested
from rq.queue import Queue
from rq.serializers import JSONSerializer
from rq.worker.base import WorkerStatus

from funsies.engine import drain_job
from funsies.engine.backoff import ForkBackoff
from funsies.engine.processes import die_with_parent, lead_group, preload, share_memory
from funsies.engine.slots import Assignment, new_slot
from funsies.engine.supervision.child import ChildContext, ChildObserver, become
from funsies.engine.supervision.crash_recovery import (
    CrashRecovery,
    EndedChild,
    Kill,
    KillCause,
)
from funsies.engine.supervision.status_board import Batch, StatusBoard
from funsies.engine.supervision.watchdog import ChildProcess
from funsies.engine.timing import Timing
from funsies.engine.upkeep import Upkeep
from funsies.engine.worker_registry import FIELD, describe_self
from funsies.run.orphans import become_subreaper
from funsies.run.surroundings.streams import new_file
from funsies.store.connect import Address
from funsies.store.key_names import DEFAULT_NAMESPACE
from funsies.store.ports import GraphStore
from funsies.store.rows import QueueName
from funsies.store.server_retry import SERVER_TROUBLE

from .queues import DrainJob
from .resilient import RECORD_GONE, RQ_TROUBLE, BrakedWorker

if TYPE_CHECKING:
    from rq.executions import Execution
    from rq.job import Job

_log = logging.getLogger(__name__)

RQ_MAINTENANCE_SECONDS = 600.0
"""Pause between two clean-ups of RQ's own registries."""

_STOP_SIGNALS = frozenset({signal.SIGINT, signal.SIGTERM})


class Worker(BrakedWorker):
    """Takes drain jobs from queues and has each run by a child.

    The worker's own process never runs user code. It forks a child for each drain job, renews
    the lease of what the child runs, ends it at its deadline, and puts back or fails what a
    dead child leaves.

    Args:
        queues: that it serves.
        address: where the server is.
        graph: the store.
        connection: for RQ.
        upkeep: what it does for everybody.
        timing: the engine's patience.
        name: of the worker, unique on the server.
    """

    def __init__(
        self,
        queues: Collection[QueueName],
        *,
        address: Address,
        graph: GraphStore,
        connection: Redis,
        upkeep: Upkeep,
        timing: Timing,
        name: str,
    ) -> None:
        self.timing = timing
        self._address = address
        self._graph = graph
        self._upkeep = upkeep
        self._description = msgspec.json.encode(describe_self(address.keys)).decode()
        self._crash_recovery = CrashRecovery(graph, name, timing)
        self.brake: ForkBackoff = ForkBackoff(graph, name, timing.fork_backoff_seconds)
        self._child: ChildProcess | None = None
        self._observer: ChildObserver | None = None
        self._stop_asked_at: float | None = None
        self._may_leave = False
        self._tick_at = self._registries_at = time.monotonic()
        self.max_connection_wait_time: float = timing.backoff_seconds
        super().__init__(
            list(queues),
            name=name,
            connection=connection,
            job_class=DrainJob,
            serializer=JSONSerializer,
            log_job_description=False,
            job_monitoring_interval=max(1, round(timing.worker_seconds / 3)),
        )

    @property
    def load(self) -> str:
        """What the child and its descendants take; empty if there is none."""
        found = None if self._child is None else self._child.meter.read()
        return "" if found is None else found.written

    # -- stopping

    def bootstrap(self, *arguments: Any, **options: Any) -> None:
        """Take signals, then register: who is asked to stop in between leaves no record.

        What children need is loaded then: nobody has to wait for it to know of the worker.
        """
        self._install_signal_handlers()  # type: ignore[no-untyped-call]  # RQ's
        super().bootstrap(*arguments, **options)
        preload()
        share_memory()

    def serialize(self) -> dict[str, Any]:
        """What is registered: RQ's, and what may differ between workers."""
        return {**super().serialize(), FIELD: self._description}

    @property
    def was_asked_to_stop(self) -> bool:
        """True after SIGTERM, SIGINT, or a request from outside."""
        return self._stop_asked_at is not None

    def request_stop(self, _signum: int | None, _frame: FrameType | None) -> None:
        """Leave: the child has a short grace before its operation is put back; twice, none."""
        now = time.monotonic()
        if self._stop_asked_at is None:
            self._stop_asked_at = now
            self._stop_requested = True
            if self._child is not None:
                self._child.stop()
        elif now - self._stop_asked_at >= self.timing.debounce_seconds and self._child:
            self._child.kill(Kill(KillCause.STOP))
        if self._may_leave:
            raise StopRequested

    def take_stop_request(self, *, at_once: bool) -> None:
        """Stop as if by a signal; ``at_once``, as if by two."""
        if not self.was_asked_to_stop:
            self.request_stop(None, None)
        if at_once:
            self.kill_horse()

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """Wait for a drain job; a request to stop ends the waiting."""
        self._may_leave = True
        try:
            found = super().dequeue_job_and_maintain_ttl(timeout, max_idle_time)
            if found is None and timeout is None and self._has_more():
                found = super().dequeue_job_and_maintain_ttl(timeout, max_idle_time)
            return found
        finally:
            self._may_leave = False

    def _has_more(self) -> bool:
        """In burst mode: queue a drain job if work became ready since the last tick."""
        self._tick_now()
        return any(queue.count for queue in self.queues)

    # -- what is done now and then

    @property
    def should_run_maintenance_tasks(self) -> bool:
        """True if it is time to tick, or to leave."""
        return self.was_asked_to_stop or time.monotonic() >= self._tick_at

    def run_maintenance_tasks(self) -> None:
        """Tick: sweep, audit, and see to it that ready work has a drain job.

        Raises:
            StopRequested: if it was raised before and went astray. A signal that comes while
                Python calls a finalizer raises it there, where Python ignores exceptions.
        """
        if self.was_asked_to_stop:
            if self._may_leave:
                raise StopRequested
            return
        self._tick_now()
        if time.monotonic() >= self._registries_at:
            self._registries_at = time.monotonic() + RQ_MAINTENANCE_SECONDS
            self._clean_registries()

    def _tick_now(self) -> None:
        self._tick_at = time.monotonic() + self.timing.tick_seconds / 2
        self._upkeep.tick()
        self.choose_queues()

    def _clean_registries(self) -> None:
        try:
            self.clean_registries()  # type: ignore[no-untyped-call]  # RQ's
        except RQ_TROUBLE as trouble:
            self.report("cannot clean RQ's registries", trouble)

    # -- running a child

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Have a child drain a queue."""
        if self.was_asked_to_stop:
            return  # other workers will notice that the drain job is gone
        try:
            execution = self.prepare_execution(job)
        except RQ_TROUBLE as trouble:
            self.report("drops a drain job", trouble)
            return
        self.prepare_job_execution(job, remove_from_intermediate_queue=len(self.queues) == 1)
        self.fork_work_horse(job, queue)
        self.monitor_work_horse(job, queue, execution)
        self.set_state(WorkerStatus.IDLE)
        self._tick_now()

    def fork_work_horse(
        self,
        job: Job,  # noqa: ARG002 - RQ's signature; a child knows nothing of RQ
        queue: Queue,
    ) -> None:
        """Fork the first child of a drain job."""
        self._fork(queue, Assignment(new_slot()))

    def _fork(self, queue: Queue, assignment: Assignment) -> None:
        """Fork a child. Signals wait until both sides are ready for them."""
        board, batch, file = StatusBoard(), Batch(), _file_of_steps()
        signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
        try:
            parent, pid = os.getpid(), os.fork()
            if pid == 0:
                observer = ChildObserver(board, batch)
                child = partial(self._become_child, assignment, observer, file, parent)
                self._be_child(child, queue)
            lead_group(pid)
            self._horse_pid = pid
            self._child = ChildProcess(
                self._graph, self.timing, assignment.slot, board, batch, pid=pid, file=file
            )
            if self.was_asked_to_stop:  # in the moment before the fork
                self._child.stop()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)

    def _be_child(self, begin: Callable[[], None], queue: Queue) -> NoReturn:
        """Do what a child does; never come back into the worker's code.

        What RQ does in a child the worker does itself, over the connection that it has: before
        it forks one, and after the last one has ended.
        """
        try:
            begin()
            random.seed()
            self._take_signals_as_a_child()
            drain_job.run(DEFAULT_NAMESPACE, queue.name)
            os._exit(os.EX_OK)
        except Exception:  # noqa: BLE001 - the worker tells that it failed, and goes on
            _log.exception("a horse of worker %s failed", self.name)
        finally:
            os._exit(os.EX_SOFTWARE)  # it has left by now if all went well

    def _become_child(
        self,
        assignment: Assignment,
        observer: ChildObserver,
        file: IO[bytes] | None,
        parent: int,
    ) -> None:
        lead_group(os.getpid())
        die_with_parent(signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)  # it died before it could be told
        become_subreaper()
        self._observer = observer
        become(
            ChildContext(
                self._address, self.name, assignment, self.timing, self._observer, file
            )
        )

    def _take_signals_as_a_child(self) -> None:
        """Take signals as a child does."""
        if self._observer is not None:
            self._observer.install_handlers()
        signal.pthread_sigmask(signal.SIG_SETMASK, ())  # what the worker's parent held, too

    def monitor_work_horse(self, job: Job, queue: Queue, execution: Execution) -> None:
        """Look after the child and its successors, and settle what the last one left.

        All of them together have one time slice, so that other queues have their turn, too.
        """
        over_at = time.monotonic() + self.timing.slice_seconds
        ended = self._look_after(job, execution)
        while (assignment := ended.successor) and self._goes_on(job, execution, over_at):
            self.note_end(queue, ended)
            if self.is_braked(queue):
                break
            self._fork(queue, assignment)
            ended = self._look_after(job, execution)
        self.executions.pop(execution.id, None)
        is_settled = ended.has_settled
        if not ended.was_in_order:
            is_settled |= self._crash_recovery.recover(ended)
        self._forget(job, execution, has_failed=not ended.was_in_order)
        self.note_end(queue, ended, has_settled=is_settled)

    def _goes_on(self, job: Job, execution: Execution, over_at: float) -> bool:
        """Tick, as each child may end before its first tick; then see if there is time left."""
        self._tick_busy(job, execution)
        return not self.was_asked_to_stop and time.monotonic() < over_at

    def _look_after(self, job: Job, execution: Execution) -> EndedChild:
        """Look after one child until it has ended."""
        child = self._child
        assert child is not None, "a child has been forked"  # noqa: S101 - for the type checker
        ended = child.watch(lambda: self._tick_busy(job, execution))
        self._child, self._horse_pid = None, 0
        if ended.successor is None and not ended.was_in_order:
            _log.warning("worker %s: its horse %s", self.name, ended.exit.how)
        return ended

    def _tick_busy(self, job: Job, execution: Execution) -> None:
        if time.monotonic() < self._tick_at:
            return
        self._tick_now()
        self.heartbeat()
        try:
            self.maintain_heartbeats(job, execution)
        except RQ_TROUBLE as trouble:
            self.report("cannot vouch for its drain job", trouble)

    def _forget(self, job: Job, execution: Execution, *, has_failed: bool) -> None:
        """Remove RQ's records of a drain job, and count it."""
        count = (
            self.increment_failed_job_count
            if has_failed
            else self.increment_successful_job_count
        )
        try:
            with self.connection.pipeline() as pipeline:
                count(pipeline)
                self.cleanup_execution(job, pipeline=pipeline, execution=execution)
                with suppress(*RECORD_GONE):
                    job.delete(pipeline=pipeline)
                pipeline.execute()
        except RQ_TROUBLE as trouble:
            self.report("cannot clear a drain job away", trouble)
            with suppress(*SERVER_TROUBLE):
                self.connection.delete(job.key)

    def kill_horse(
        self,
        sig: signal.Signals = signal.SIGKILL,  # noqa: ARG002 - RQ's signature; there is one way
    ) -> None:
        """Kill the child, if there is one."""
        if self._child is not None:
            self._child.kill(Kill(KillCause.STOP))


def _file_of_steps() -> IO[bytes] | None:
    """Into which the steps of a child print, open in both processes."""
    try:
        return new_file()
    except OSError as problem:  # no room: the steps will say so, if they are still to be run
        _log.warning("what steps print cannot be followed: %s", problem)
        return None
