"""An RQ worker that outlives its server.

RQ's worker quits, or leaves its records in disorder, when the server is away, full or flushed
at the wrong moment. The overrides here make each of those moments harmless. Nothing that RQ
keeps is needed to go on: what work there is, is known to the store alone.
"""

from __future__ import annotations

import logging
import signal
import time
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Final

from rq.exceptions import DeserializationError, InvalidJobOperation, NoSuchJobError
from rq.utils import now
from rq.worker import Worker as RqWorker

from funsies.engine.timing import Timing
from funsies.store.server_retry import SERVER_TROUBLE

from .rq_records import drop_wrong_records, is_wrong_type

if TYPE_CHECKING:
    from redis import Redis
    from redis.client import Pipeline
    from rq.job import Job
    from rq.queue import Queue


_log = logging.getLogger(__name__)

RECORD_GONE: Final = (NoSuchJobError, InvalidJobOperation)
"""What RQ raises where the record of a job is gone: the server was emptied, for example."""

RECORD_DAMAGED: Final = (DeserializationError, ValueError, LookupError, TypeError)
"""What RQ raises where a record cannot be read."""

RQ_TROUBLE: Final = (*SERVER_TROUBLE, *RECORD_GONE, *RECORD_DAMAGED)
"""What a worker outlives when it asks RQ for something."""


class ResilientWorker(RqWorker):
    """An RQ worker that survives trouble with the server.

    Attributes:
        timing: the engine's patience.
    """

    timing: Timing

    def _set_ip_address(self, connection: Redis) -> None:  # noqa: ARG002 - RQ's signature
        """Do not ask the server for this client's address.

        Its answer holds the path of a socket as it is. A space or "=" in it is none that the
        client can read, and the worker would die of that.
        """
        self.ip_address = "unknown"

    @property
    def dequeue_timeout(self) -> float:  # type: ignore[override]  # servers take fractions
        """How long to wait for a job before it is time to tick, seconds."""
        return self.timing.tick_seconds

    def report(self, what: str, trouble: Exception) -> None:
        """Tell what RQ cannot do; drop what is in the way of it on the server."""
        _log.warning("worker %s %s: %s", self.name, what, trouble)
        if is_wrong_type(trouble):
            with suppress(*SERVER_TROUBLE):
                drop_wrong_records(self.connection)

    def set_state(self, state: str, pipeline: Pipeline | None = None) -> None:
        """Tell what the worker does."""
        self._state = state
        try:
            super().set_state(state, pipeline)
        except SERVER_TROUBLE as trouble:
            self.report("cannot tell its state", trouble)

    def register_birth(self) -> None:
        """Tell that the worker is there; if nobody hears it, a sign of life tells it."""
        self.birth_date: datetime | None = now()
        self.last_heartbeat: datetime | None = self.birth_date
        try:
            super().register_birth()  # type: ignore[no-untyped-call]  # RQ's
        except SERVER_TROUBLE as trouble:
            self.report("cannot register yet", trouble)

    def register_death(self) -> None:
        """Tell that the worker ends; if nobody hears it, its record expires."""
        try:
            super().register_death()  # type: ignore[no-untyped-call]  # RQ's
        except SERVER_TROUBLE as trouble:
            self.report("cannot sign off", trouble)

    # -- commands from outside

    def subscribe(self) -> None:
        """Do not listen for RQ's commands.

        That takes a thread, and a fork beside threads can hang. A request to stop is read with
        the signs of life instead.
        """

    def unsubscribe(self) -> None:
        """Nothing was subscribed to."""

    def kill_horse(self, sig: signal.Signals = signal.SIGKILL) -> None:
        """Nothing: RQ forks no work-horse, and would take process group 0, the worker's own."""

    def check_for_suspension(self, burst: bool) -> None:
        """Wait while `rq suspend` is in force."""
        try:
            super().check_for_suspension(burst)
        except SERVER_TROUBLE as trouble:
            self.report("cannot see whether it is suspended", trouble)

    # -- taking jobs

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """Wait for a job, through any trouble with the server."""
        wait_seconds = self.timing.tick_seconds / 4
        while True:
            try:
                return super().dequeue_job_and_maintain_ttl(timeout, max_idle_time)
            except RQ_TROUBLE as trouble:
                self.report("has to wait for its server", trouble)
                time.sleep(wait_seconds)
                wait_seconds = min(2 * wait_seconds, self.timing.backoff_seconds)

    def prepare_job_execution(
        self, job: Job, remove_from_intermediate_queue: bool = False
    ) -> None:
        """Note what is run; nothing depends on that."""
        try:
            super().prepare_job_execution(job, remove_from_intermediate_queue)
        except RQ_TROUBLE as trouble:
            self.report("cannot note what it runs", trouble)
