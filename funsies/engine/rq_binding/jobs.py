"""The one kind of RQ job that a funsies worker runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from rq.exceptions import NoSuchJobError
from rq.job import Job

from funsies.engine.names import NAMESPACE

from .keys import JOB_PREFIX

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
            and self.args[0] == NAMESPACE
        )

    def _drop_extras(self) -> None:
        self._success_callback_name = None
        self._failure_callback_name = None
        self._stopped_callback_name = None
        self.webhooks: list[Webhook] = []
        self._dependency_ids = []
