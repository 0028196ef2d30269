"""Saying so when nobody listens: work is ready on a queue that no worker serves."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from funsies.config.directory import Directory
from funsies.session import Session
from funsies.store.rows import QueueName
from funsies.store.server_address import hide_secrets
from funsies.store.submission import LOCAL_PREFIX

from .called import labels_for, named_step
from .held_worker import ADVICE, step_around

logger: Final = logging.getLogger("funsies")

PATIENCE_SECONDS: Final = 5.0
"""How long a queue may be without workers before it is mentioned."""

AWAY_SECONDS: Final = 5.0
"""If it takes so long until the server is looked at again, it was away: paused, or hung. Its
workers then count as gone until they have given another sign of life."""


class SilenceWatch:
    """Warns, once a queue, of work that is ready and that no worker takes.

    Args:
        session: where.
        clock: the time, monotonic seconds.
    """

    def __init__(
        self, session: Session, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._session = session
        self._clock = clock
        self._since: dict[QueueName, float] = {}
        self._said: set[QueueName] = set()
        self._has_looked_around = False
        self._looked_at = clock()

    def look(self) -> None:
        """Look at the queues with ready work."""
        if self._session.backend.is_in_process:
            return
        ready = self._session.backend.graph.queues()
        now = self._clock()
        if self._was_away(now):
            self._since.clear()
        self._looked_at = now
        self._since = {queue: self._since.get(queue, now) for queue in ready}
        for queue, since in self._since.items():
            is_new = queue not in self._said and not queue.startswith(LOCAL_PREFIX)
            if is_new and self._is_due(queue, now - since):
                workers = self._count_workers(queue)
                if workers == 0:
                    self._said.add(queue)
                    self._warn(queue, now - since)
                elif workers and not self._has_looked_around:
                    self._look_around()

    def _look_around(self) -> None:
        """Say if this program is itself run by a step, whose worker may be the missing one."""
        self._has_looked_around = True
        step = step_around(self._session.backend.graph.leases())
        if step is not None:
            name = named_step(step, labels_for(self._session, [step]))
            logger.warning(
                "this program was started by the step %s, which holds a worker while it waits "
                "for other steps. %s",
                name,
                ADVICE,
            )

    def _is_due(self, queue: QueueName, seconds: float) -> bool:
        return seconds >= PATIENCE_SECONDS or bool(self._last_words(queue))

    def _was_away(self, now: float) -> bool:
        return now - self._looked_at > AWAY_SECONDS

    def deserted(self) -> list[str]:
        """Names of the queues with ready work that no worker serves now, if that is known."""
        if self._session.backend.is_in_process:
            return []
        ready = self._session.backend.graph.queues()
        if self._was_away(self._clock()):
            return []
        public = (each for each in ready if not each.startswith(LOCAL_PREFIX))
        return [each.rpartition("@")[0] for each in public if self._count_workers(each) == 0]

    def _count_workers(self, queue: QueueName) -> int | None:
        """How many workers serve a queue; None if that is not known."""
        # Late: RQ takes long to import.
        from funsies.engine.arming import count_workers  # noqa: PLC0415
        from funsies.store.server_retry import SERVER_TROUBLE  # noqa: PLC0415

        with suppress(*SERVER_TROUBLE):  # nobody knows; the wait itself sees to the server
            return count_workers(self._session.server, queue)
        return None

    def _warn(self, queue: QueueName, seconds: float) -> None:
        name, _, python = queue.rpartition("@")
        logger.warning(
            "no worker serves the queue %r under Python %s, and work has been ready there for "
            "%.0f seconds%s; start one: funsies worker %s",
            name,
            python,
            seconds,
            self._cause(queue),
            name,
        )

    def _cause(self, queue: QueueName) -> str:
        """What is known of it."""
        if words := self._last_words(queue):
            return f"; the last ones died as soon as they were started: {words}"
        directory = self._session.server.directory
        log = directory and Directory(directory).log_path / "workers.log"
        return (
            f"; what those that were started here said: {log}" if log and log.exists() else ""
        )

    def _last_words(self, queue: QueueName) -> str:
        from funsies.engine.last_words import last_words  # noqa: PLC0415 - takes long to import
        from funsies.store.server_retry import SERVER_TROUBLE  # noqa: PLC0415

        with suppress(*SERVER_TROUBLE):
            return hide_secrets(last_words(self._session.server, queue))
        return ""
