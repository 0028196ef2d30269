"""The worker's care for its horse: keep the lease, watch the deadline, end it in time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from funsies.store.ports import GraphStore
from funsies.store.server_retry import SERVER_TROUBLE

from .announcement import Announced, Announcement, Phase
from .obituary import Kill, KillCause
from .timing import Timing

_log = logging.getLogger(__name__)


class HorseKeeper:
    """Looks at a horse now and then, and says when it has to be killed.

    It acts on the (operation, fence) that the horse announced, never on whatever the horse is
    at: that may have changed meanwhile.

    Attributes:
        slot: under which the horse claims.
    """

    def __init__(
        self,
        graph: GraphStore,
        slot: str,
        announcement: Announcement,
        timing: Timing,
        interrupt: Callable[[], None],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep a horse.

        Args:
            graph: where its leases are.
            slot: under which it claims.
            announcement: what it says.
            timing: the engine's patience.
            interrupt: sends SIGTERM to the horse.
            clock: the time, monotonic seconds.
        """
        self.slot = slot
        self._graph = graph
        self._announcement = announcement
        self._timing = timing
        self._interrupt = interrupt
        self._clock = clock
        self._known_fence = b""
        self._renew_at = clock() + timing.renew_seconds
        self._preempt_at: float | None = None
        self._kill_at: float | None = None

    def ask_to_stop(self) -> None:
        """Let it end its operation within the grace, and claim no other."""
        self._announcement.ask_to_stop()
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
        """Renew the lease if it is time; say why the horse has to be killed, if it has to."""
        now = self._clock()
        if self._kill_at is not None and now >= self._kill_at:
            return Kill(KillCause.STOP)
        if self._preempt_at is not None and now >= self._preempt_at:
            self._preempt(now)
        task = self._announcement.read()
        if task is None or task.phase in (Phase.IDLE, Phase.RETIRED):
            return None
        deadline = self._deadline_of(task)
        if deadline is not None and now >= deadline:
            return Kill(KillCause.DEADLINE, task.fence)
        if now >= self._renew_at and self._is_lost(task):
            return Kill(KillCause.FENCED, task.fence)
        return None

    def _preempt(self, now: float) -> None:
        self._preempt_at = None
        self._kill_at = now + self._timing.preempt_seconds
        self._announcement.ask_to_preempt()
        self._interrupt()

    def _deadline(self) -> float | None:
        task = self._announcement.read()
        return self._deadline_of(task) if task is not None else None

    def _deadline_of(self, task: Announced) -> float | None:
        if task.phase is not Phase.RUNNING or not task.deadline:
            return None
        return task.deadline + self._timing.timeout_grace_seconds

    def _is_lost(self, task: Announced) -> bool:
        """Renew the lease; True if it is lost while the operation still runs."""
        self._renew_at = self._clock() + self._timing.renew_seconds
        if task.fence != self._known_fence:  # claimed since the last look: the lease is young
            self._known_fence = task.fence
            return False
        return not self._renew(task) and self._still_runs(task)

    def _renew(self, task: Announced) -> bool:
        try:
            return self._graph.renew(self.slot, task.fence, lease_ms=self._timing.lease_ms)
        except SERVER_TROUBLE as trouble:
            _log.warning("cannot renew the lease of %s: %s", task.operation.hex(), trouble)
            self._renew_at = self._clock() + self._timing.tick_seconds
            return True

    def _still_runs(self, task: Announced) -> bool:
        """True unless the horse was ending the operation just when its lease was renewed."""
        after = self._announcement.read()
        return after is not None and after.phase is Phase.RUNNING and after.fence == task.fence
