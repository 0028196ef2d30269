"""Backoff of a worker that starts one child after the other, and none gets anything done.

Something on the server may be wrong in a way that nobody has thought of: an entry that no child
can take, a script that fails each time. Then forks would follow each other without an end. So
whoever starts a child in vain waits before the next, longer each time, and says so once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from funsies.store.ports import GraphStore
from funsies.store.rows import Generation, QueueName
from funsies.store.server_retry import SERVER_TROUBLE

_log = logging.getLogger(__name__)

FREE_CHILDREN: Final = 3
"""So many may find nothing in a row: others were faster, or a queue was armed twice."""

FIRST_PAUSE_SECONDS: Final = 0.2


class Outlook(NamedTuple):
    """What there is to do, as far as a pause cares.

    Attributes:
        ready: number of operations that are ready on the queue.
        generation: number of the last request.
    """

    ready: int
    generation: Generation


@dataclass(slots=True)
class _Stall:
    """A queue on which children get nothing done."""

    outlook: Outlook | None
    children: int = 0
    until: float = 0.0
    is_told: bool = False


class ForkBackoff:
    """Says for which queues no child is to be started for the time being.

    Args:
        graph: the store.
        worker: name of this worker.
        longest_seconds: the longest pause.
        clock: the time, monotonic seconds.
    """

    def __init__(
        self,
        graph: GraphStore,
        worker: str,
        longest_seconds: float,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._graph = graph
        self._worker = worker
        self._longest_seconds = longest_seconds
        self._clock = clock
        self._stalls: dict[QueueName, _Stall] = {}

    def note(self, queue: QueueName, *, progressed: bool, trouble: str | None) -> None:
        """Take note of a child that has ended.

        Args:
            queue: that it drained.
            progressed: True if anything was published, put back or set aside.
            trouble: why it left out of order; None if it did not.
        """
        outlook = None if progressed else self._look(queue)
        if progressed or (trouble is None and outlook is not None and not outlook.ready):
            self._stalls.pop(queue, None)
            return
        stall = self._stalls.setdefault(queue, _Stall(outlook))
        if _is_shorter(outlook, stall.outlook) or self._is_forgotten(stall):
            stall.children = 0  # others get something done; or this one is not of that row
        stall.children += 1
        pause_seconds = self._pause_seconds(stall.children)
        if outlook != stall.outlook:  # it may have looked before this was asked for
            pause_seconds = min(pause_seconds, FIRST_PAUSE_SECONDS)
        stall.outlook, stall.until = outlook, self._clock() + pause_seconds
        if stall.children > FREE_CHILDREN and not stall.is_told:
            stall.is_told = True
            self._tell(queue, stall, trouble)

    def holds(self, queue: QueueName) -> bool:
        """True if no child is to be started for this queue now."""
        stall = self._stalls.get(queue)
        return stall is not None and self._clock() < stall.until

    def look(self) -> None:
        """Let go where there is something new to do: call it now and then."""
        for queue, stall in self._stalls.items():
            if self.holds(queue) and (outlook := self._look(queue)) != stall.outlook:
                stall.until, stall.outlook = self._clock(), outlook

    def _look(self, queue: QueueName) -> Outlook | None:
        try:
            return Outlook(self._graph.ready(queue), self._graph.last_generation())
        except SERVER_TROUBLE:
            return None

    def _is_forgotten(self, stall: _Stall) -> bool:
        return stall.children > 0 and self._clock() > stall.until + self._longest_seconds

    def _pause_seconds(self, children: int) -> float:
        doublings = children - FREE_CHILDREN - 1
        if doublings < 0:
            return 0.0
        return min(FIRST_PAUSE_SECONDS * 2.0 ** min(doublings, 60), self._longest_seconds)

    def _tell(self, queue: QueueName, stall: _Stall, trouble: str | None) -> None:
        ready = stall.outlook.ready if stall.outlook is not None else 0
        _log.warning(
            "worker %s: %d processes in a row got nothing done for queue %s (%s); the pauses "
            "before the next ones grow, up to %g seconds, until something gets done or is "
            "asked for; `funsies doctor` may say what is wrong",
            self._worker,
            stall.children,
            queue,
            trouble or f"they could take none of what is ready there: {ready}",
            self._longest_seconds,
        )


def _is_shorter(now: Outlook | None, before: Outlook | None) -> bool:
    """True if something has left the queue: by other workers, or by this one in between."""
    return now is not None and before is not None and now.ready < before.ready
