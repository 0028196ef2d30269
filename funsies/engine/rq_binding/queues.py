"""Queues of drain jobs, the one kind of RQ job that a funsies worker runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from redis import Redis
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.queue import EnqueueData, Queue
from rq.serializers import JSONSerializer

from funsies.store.key_names import DEFAULT_NAMESPACE
from funsies.store.rows import QueueName

from .rq_records import (
    JOB_PREFIX,
    QUEUE_PREFIX,
    QUEUES,
    STOP_AT_ONCE,
    STOP_FIELD,
    STOP_IN_ORDER,
    WORKERS,
    mending,
    workers_key,
)

if TYPE_CHECKING:
    from rq.webhook import Webhook


DRAIN_FUNCTION: Final = "funsies.engine.drain_job.run"


class DrainJob(Job):
    """An RQ job that says "drain this queue", and nothing else.

    RQ imports whatever a job names: the function, callbacks, and it calls web addresses. A job
    that is not exactly a drain job does not exist for a funsies worker; it is checked before
    anything that it names is touched.
    """

    redis_job_namespace_prefix = JOB_PREFIX

    def restore(self, raw_data: Mapping[str | bytes, bytes]) -> None:
        """Read a job.

        Raises:
            NoSuchJobError: if it is not a drain job, or cannot be read.
        """
        try:
            super().restore(raw_data)
            is_drain_job = self._is_drain_job()
        except Exception as problem:
            raise NoSuchJobError(f"job {self.id} cannot be read: {problem!r}") from problem
        if not is_drain_job:
            raise NoSuchJobError(f"job {self.id} is not a drain job; it is not run")
        self._drop_extras()

    def _is_drain_job(self) -> bool:
        return (
            self.func_name == DRAIN_FUNCTION
            and self.instance is None
            and not self.kwargs
            and len(self.args) == 2  # noqa: PLR2004 - namespace and queue
            and all(isinstance(each, str) for each in self.args)
            and self.args[0] == DEFAULT_NAMESPACE
        )

    def _drop_extras(self) -> None:
        self._success_callback_name = None
        self._failure_callback_name = None
        self._stopped_callback_name = None
        self.webhooks: list[Webhook] = []
        self._dependency_ids = []


FAILURE_SECONDS = 60
"""How long RQ keeps what it noted about a drain job that failed."""


STOP_SECONDS = 60
"""How long a request to stop is there for a worker to read."""


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """What RQ has of a queue.

    Attributes:
        queued: number of drain jobs that nobody has taken yet.
        workers: number of live workers.
        idle: number of those that wait for a drain job.
    """

    queued: int
    workers: int
    idle: int

    def lacks(self, ready: int) -> int:
        """Number of drain jobs to add for so many ready operations.

        There is always at least one in the queue, whatever the number of idle workers looks
        like: a count of workers is a guess, and a lost wake-up is a hang.
        """
        useful = min(ready, self.idle)
        return max(useful, 1) - self.queued if ready else 0


class DrainQueue(Queue):
    """A queue of drain jobs, where workers look for it."""

    redis_queue_namespace_prefix = QUEUE_PREFIX
    redis_queues_keys = QUEUES


class DrainQueues:
    """The drain jobs of one server."""

    def __init__(self, connection: Redis) -> None:
        self._connection = connection
        self._queues: dict[QueueName, DrainQueue] = {}

    def arm(self, ready: Mapping[QueueName, int]) -> None:
        """Queue as many drain jobs as idle workers can use, and at least one.

        Args:
            ready: number of operations that are ready, by queue.
        """
        wanted = {name: number for name, number in ready.items() if number > 0}
        if wanted:
            mending(self._connection, lambda: self._arm(wanted))

    def _arm(self, wanted: Mapping[QueueName, int]) -> None:
        pipeline = self._connection.pipeline(transaction=False)
        for name, counts in zip(wanted, self._counts(list(wanted)), strict=True):
            missing = counts.lacks(wanted[name])
            if missing > 0:
                self._queue(name).enqueue_many([_drain_job(name)] * missing, pipeline=pipeline)
        pipeline.execute()

    def counts(self, names: Sequence[QueueName]) -> list[QueueCounts]:
        """How the queues stand, in two round trips."""
        return mending(self._connection, lambda: self._counts(names))

    def _counts(self, names: Sequence[QueueName]) -> list[QueueCounts]:
        pipeline = self._connection.pipeline(transaction=False)
        for name in names:
            pipeline.llen(self._queue(name).key)
            pipeline.smembers(workers_key(name))
        answers = pipeline.execute()
        queued, workers = answers[::2], answers[1::2]
        states = self._states({each for members in workers for each in members})
        return [
            _count(number, [states[each] for each in members])
            for number, members in zip(queued, workers, strict=True)
        ]

    def ask_workers_to_stop(self, *, at_once: bool) -> int:
        """Ask all workers of the server to stop; return their number."""
        keys = list(self._connection.smembers(WORKERS))
        alive = [key for key, state in self._states(keys).items() if state is not None]
        pipeline = self._connection.pipeline(transaction=False)
        for key in alive:
            pipeline.hset(key, STOP_FIELD, STOP_AT_ONCE if at_once else STOP_IN_ORDER)
            pipeline.expire(key, STOP_SECONDS)  # or a record that has just expired would stay
        pipeline.execute()
        return len(alive)

    def _states(self, keys: Iterable[bytes | str]) -> dict[bytes | str, bytes | None]:
        """State of each worker; None if it is dead."""
        ordered = list(keys)
        pipeline = self._connection.pipeline(transaction=False)
        for key in ordered:
            pipeline.hget(key, "state")
        return dict(zip(ordered, pipeline.execute(), strict=True))

    def _queue(self, name: QueueName) -> DrainQueue:
        if name not in self._queues:
            self._queues[name] = DrainQueue(
                name, connection=self._connection, serializer=JSONSerializer, job_class=DrainJob
            )
        return self._queues[name]


def _count(queued: int, states: Sequence[bytes | None]) -> QueueCounts:
    alive = [state for state in states if state is not None]
    return QueueCounts(queued, len(alive), sum(state == b"idle" for state in alive))


def _drain_job(name: QueueName) -> EnqueueData:
    """Describe a drain job: it may run for ever, and leaves nothing behind."""
    return Queue.prepare_data(
        DRAIN_FUNCTION,
        args=(DEFAULT_NAMESPACE, name),
        timeout=-1,
        result_ttl=0,
        failure_ttl=FAILURE_SECONDS,
        description=f"drain {name}",
    )
