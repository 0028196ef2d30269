"""A worker that takes no jobs from a queue while nothing gets done there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from funsies.engine.brake import Brake
from funsies.engine.succession import Ending
from funsies.store.rows import QueueName

from .tolerant import TolerantWorker

if TYPE_CHECKING:
    from rq.job import Job
    from rq.queue import Queue

LOOK_SECONDS: Final = 0.1
"""Pause between two looks at the brake while no queue is free."""


class BrakedWorker(TolerantWorker):
    """A worker whose horses do not follow each other for nothing.

    The drain job stays where it is meanwhile, so that others may take it.

    Attributes:
        brake: says which queues are to be left alone.
    """

    brake: Brake

    def note_end(
        self, queue: Queue, ending: Ending, *, has_settled: bool | None = None
    ) -> None:
        """Tell the brake of a horse that has ended.

        Args:
            queue: that it drained.
            ending: how it ended.
            has_settled: True if something came of it; None if only the horse can tell.
        """
        progressed = ending.has_settled if has_settled is None else has_settled
        trouble = None if ending.was_in_order else ending.death.how
        self.brake.note(QueueName(queue.name), progressed=progressed, trouble=trouble)

    def is_braked(self, queue: Queue) -> bool:
        """True if no horse is to be started for this queue now."""
        return self.brake.holds(QueueName(queue.name))

    def choose_queues(self) -> bool:
        """Have RQ look for jobs where something gets done; False if that is nowhere."""
        self.brake.look()
        self._ordered_queues = [queue for queue in self.queues if not self.is_braked(queue)]
        return bool(self._ordered_queues)

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """Wait for a job, and before that until there is a queue to wait at."""
        while not self.choose_queues():
            time.sleep(LOOK_SECONDS)
            if self.should_run_maintenance_tasks:
                self.heartbeat()
                self.run_maintenance_tasks()  # type: ignore[no-untyped-call]  # RQ's
        return super().dequeue_job_and_maintain_ttl(timeout, max_idle_time)
