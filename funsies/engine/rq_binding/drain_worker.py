"""The worker: an RQ worker whose drain jobs are run by children under its supervision.

This is all that funsies does with RQ's worker. What RQ calls is overridden here and in the base
class, and each of these methods is named in ``tests/unit/dependencies/test_rq.py``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

import msgspec
from redis import Redis
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer
from rq.utils import now, utcformat
from rq.worker.base import WorkerStatus
from rq.worker_registration import register

from funsies.engine.preload import preload, share_memory
from funsies.engine.supervision.supervisor import Supervisor
from funsies.engine.timing import Timing
from funsies.engine.upkeep import Upkeep
from funsies.engine.worker_registry import describe_self
from funsies.store.connect import Address
from funsies.store.ports import GraphStore
from funsies.store.rows import QueueName
from funsies.store.server_retry import SERVER_TROUBLE

from .queues import DrainJob
from .resilient import RECORD_GONE, RQ_TROUBLE, ResilientWorker
from .rq_records import DESCRIPTION_FIELD, LIFE_FIELD, LOAD_FIELD, STOP_AT_ONCE, STOP_FIELD

if TYPE_CHECKING:
    from redis.client import Pipeline
    from rq.executions import Execution
    from rq.job import Job
    from rq.queue import Queue

RQ_MAINTENANCE_SECONDS: Final = 600.0
"""Pause between two clean-ups of RQ's own registries."""

LOOK_SECONDS: Final = 0.1
"""Pause between two looks while children get nothing done for any of the queues."""


class DrainWorker(ResilientWorker):
    """Takes drain jobs from queues, and does now and then what has to be done for everybody.

    Args:
        queues: that it serves.
        address: where the server is.
        graph: the store.
        connection: for RQ.
        upkeep: what it does for everybody.
        timing: the engine's patience.
        name: of the worker, unique on the server.
        on_serving: called once it is registered, and has loaded what children need.
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
        on_serving: Callable[[], None],
    ) -> None:
        self._on_serving = on_serving
        self.timing = timing
        self._upkeep = upkeep
        self._description = msgspec.json.encode(describe_self(address.keys)).decode()
        self._supervisor = Supervisor(address, graph, name, timing)
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

    # -- signs of life

    def bootstrap(self, *arguments: Any, **options: Any) -> None:
        """Take signals, then register: who is asked to stop in between leaves no record.

        What children need is loaded then: nobody has to wait for it to know of the worker.
        """
        self._install_signal_handlers()  # type: ignore[no-untyped-call]  # RQ's
        super().bootstrap(*arguments, **options)
        preload()
        share_memory()
        self._on_serving()

    def serialize(self) -> dict[Any, Any]:
        """What is registered: RQ's, and what may differ between workers."""
        return {**super().serialize(), DESCRIPTION_FIELD: self._description}

    def heartbeat(
        self,
        timeout: int | None = None,  # noqa: ARG002 - RQ's signature; ours comes from the timing
        pipeline: Pipeline | None = None,
    ) -> None:
        """Tell that the worker lives; after the server lost its record, register again."""
        self.last_heartbeat: datetime | None = now()
        target = self.connection.pipeline() if pipeline is None else pipeline
        target.hset(self.key, "last_heartbeat", utcformat(self.last_heartbeat))
        target.hset(self.key, LIFE_FIELD, self._life_seconds)
        target.hset(self.key, LOAD_FIELD, self._supervisor.load)
        target.expire(self.key, self._life_seconds)
        target.expire(self.executions_key, self._life_seconds)
        if pipeline is None:
            self._beat(target)

    def _beat(self, pipeline: Pipeline) -> None:
        pipeline.hget(self.key, STOP_FIELD)
        try:
            is_forgotten, *_, stop = pipeline.execute()
            if is_forgotten:
                self._register_again()
        except SERVER_TROUBLE as trouble:
            self.report("cannot give a sign of life", trouble)
        else:
            if stop is not None:
                self._take_stop_request(at_once=stop == STOP_AT_ONCE)

    def _register_again(self) -> None:
        pipeline = self.connection.pipeline()
        pipeline.hset(self.key, mapping={**self.serialize(), "state": self.get_state()})
        pipeline.expire(self.key, self._life_seconds)
        register(self, pipeline)
        pipeline.execute()

    @property
    def _life_seconds(self) -> int:
        return max(1, round(self.timing.worker_seconds))

    # -- stopping

    @property
    def was_asked_to_stop(self) -> bool:
        """True after SIGTERM, SIGINT, or a request from outside."""
        return self._stop_asked_at is not None

    def request_stop(self, _signum: int | None, _frame: FrameType | None) -> None:
        """Leave: the child has a short grace before its operation is put back; twice, none."""
        asked_at = time.monotonic()
        if self._stop_asked_at is None:
            self._stop_asked_at = asked_at
            self._stop_requested = True
            self._supervisor.stop()
        elif asked_at - self._stop_asked_at >= self.timing.debounce_seconds:
            self._supervisor.kill()
        if self._may_leave:
            raise StopRequested

    def _take_stop_request(self, *, at_once: bool) -> None:
        """Stop as if by a signal; ``at_once``, as if by two."""
        if not self.was_asked_to_stop:
            self.request_stop(None, None)
        if at_once:
            self._supervisor.kill()

    # -- taking drain jobs

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """Wait for a drain job; a request to stop ends the waiting."""
        self._may_leave = True
        try:
            found = self._wait_for_job(timeout, max_idle_time)
            if found is None and timeout is None and self._has_more():
                found = self._wait_for_job(timeout, max_idle_time)
            return found
        finally:
            self._may_leave = False

    def _wait_for_job(
        self, timeout: int | None, max_idle_time: int | None
    ) -> tuple[Job, Queue] | None:
        """Wait until there is a queue to wait at, and there for a job.

        The drain job of a queue where nothing gets done stays where it is, so that others may
        take it.
        """
        while not self._choose_queues():
            time.sleep(LOOK_SECONDS)
            if self.should_run_maintenance_tasks:
                self.heartbeat()
                self.run_maintenance_tasks()
        return super().dequeue_job_and_maintain_ttl(timeout, max_idle_time)

    def _choose_queues(self) -> bool:
        """Have RQ look for jobs where something gets done; False if that is nowhere."""
        backoff = self._supervisor.backoff
        backoff.look()
        self._ordered_queues = [
            queue for queue in self.queues if not backoff.holds(QueueName(queue.name))
        ]
        return bool(self._ordered_queues)

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
        self._choose_queues()

    def _clean_registries(self) -> None:
        try:
            self.clean_registries()  # type: ignore[no-untyped-call]  # RQ's
        except RQ_TROUBLE as trouble:
            self.report("cannot clean RQ's registries", trouble)

    # -- running drain jobs

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Have children drain a queue, unless others have done so."""
        if self.was_asked_to_stop:
            return  # other workers will notice that the drain job is gone
        try:
            execution = self.prepare_execution(job)
        except RQ_TROUBLE as trouble:
            self.report("drops a drain job", trouble)
            return
        self.prepare_job_execution(job, remove_from_intermediate_queue=len(self.queues) == 1)
        name, was_in_order = QueueName(queue.name), True
        if self._upkeep.finds_work(name):
            was_in_order = self._supervisor.drain(
                name, tick=lambda: self._tick_busy(job, execution)
            )
        self.executions.pop(execution.id, None)
        self._forget(job, execution, has_failed=not was_in_order)
        self.set_state(WorkerStatus.IDLE)
        self._tick_now()

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
