"""Seeing to what a horse holds while one of its operations takes longer than expected."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

from funsies.store.ports import GraphStore
from funsies.store.rows import Fence
from funsies.store.server_retry import SERVER_TROUBLE

from .announcement import NO_FENCE, Announced, Announcement, Phase
from .batch import Batch, Held
from .failure import publish_for

_log = logging.getLogger(__name__)

SHORT_SECONDS: Final = 0.05
"""What has run for longer holds nothing else."""

PAUSE_SECONDS: Final = 1.0
"""Pause between two looks while one operation runs for long; the first one, if it grows."""


class Relief:
    """Publishes what a horse has done, and puts back what it has not begun.

    The store knows what the horse holds, also if the answer that tells it is still on its way.
    If the message itself may be, then it is asked again, after longer and longer pauses.

    Args:
        graph: the store.
        slot: under which the horse claims.
        announcement: what it says that it runs.
        batch: what it holds.
        clock: the time, monotonic seconds.
    """

    def __init__(
        self,
        graph: GraphStore,
        slot: str,
        announcement: Announcement,
        batch: Batch,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._graph = graph
        self._slot = slot
        self._announcement = announcement
        self._batch = batch
        self._clock = clock
        self._pause_seconds = PAUSE_SECONDS
        self._known_fence = self._relieved = NO_FENCE
        self._due_at = clock() + SHORT_SECONDS

    def next_look_seconds(self) -> float:
        """How long nothing has to be looked at."""
        return max(0.0, self._due_at - self._clock())

    def look(self) -> None:
        """Relieve the horse if it is still at what it ran when it was looked at before."""
        if self._clock() < self._due_at:
            return
        self._due_at = self._clock() + SHORT_SECONDS
        running = self._running()
        if running is None or running.fence != self._known_fence:
            self._known_fence = NO_FENCE if running is None else running.fence
            self._pause_seconds = PAUSE_SECONDS
            return
        held = self._batch.read()
        has_others = held.done or held.not_begun(running.fence) or held.is_waiting
        if running.fence == self._relieved or not has_others:
            self._due_at = self._clock() + PAUSE_SECONDS
            return
        self._batch.relieve(running.fence)
        after = self._running()
        if after is None or after.fence != running.fence:  # it goes on, and needs no help
            return
        self._see_to(held, running.fence)

    def _running(self) -> Announced | None:
        now = self._announcement.read()
        return now if now is not None and now.phase is Phase.RUNNING else None

    def _see_to(self, held: Held, fence: Fence) -> None:
        try:
            if held.done:
                publish_for(self._graph, held.done)
            keeps = [fence, *(each.fence for each in held.done)]
            self._graph.put_back(self._slot, keeps=keeps, while_holding=fence)
        except SERVER_TROUBLE as trouble:
            _log.warning("cannot put back what was claimed with a long step: %s", trouble)
        else:
            self._relieved = NO_FENCE if held.is_waiting else fence
        self._due_at = self._clock() + self._pause_seconds
        self._pause_seconds *= 2
