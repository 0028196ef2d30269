"""Work that a process has left on a queue of its own, when it ended or died.

Steps with ``options(distributed=False)`` run on a queue that one process serves. It may leave
while something is still to come: a step of another program that it had asked for, too, or,
if it was killed, what a dynamic step had built. Whoever waits for that takes it over.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final

from funsies.core.digest import Digest
from funsies.store.connect import Backend
from funsies.store.ports import GraphStore
from funsies.store.reader import read_levels
from funsies.store.rows import QueueName
from funsies.store.submission import LOCAL_PREFIX, submit

PATIENCE_SECONDS: Final = 5.0
"""How long work may be ready on a queue that nobody serves before it is taken over."""


class StrandedWatch:
    """Takes over, for somebody who waits, what others have left.

    Args:
        backend: where.
        targets: what is waited for.
        queue: on which it is to run then; None to go by the options of the steps.
        clock: the time, monotonic seconds.
    """

    def __init__(
        self,
        backend: Backend,
        targets: Sequence[Digest],
        queue: str | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._backend = backend
        self._targets = targets
        self._queue = queue
        self._clock = clock
        self._due: dict[QueueName, float] = {}
        self._pauses: dict[QueueName, float] = {}

    def look(self) -> None:
        """Look for queues without their process, and take what is needed from them."""
        if self._backend.is_in_process:
            return
        now = self._clock()
        deserted = [each for each in self._backend.graph.queues() if self._is_deserted(each)]
        self._due = {each: self._due.get(each, now + PATIENCE_SECONDS) for each in deserted}
        due = [each for each in deserted if now >= self._due[each]]
        if not due:
            return
        for each in due:  # what is left there may be nothing that is needed here
            self._pauses[each] = 2 * self._pauses.get(each, PATIENCE_SECONDS)
            self._due[each] = now + self._pauses[each]
        self._take_over(due)

    def _is_deserted(self, queue: QueueName) -> bool:
        if not queue.startswith(LOCAL_PREFIX):
            return False
        return not self._backend.graph.is_heard(queue.rpartition("@")[0])

    def _take_over(self, queues: Collection[QueueName]) -> None:
        stranded = stranded_on(self._backend.graph, self._targets, queues)
        if stranded:  # workers see at their next tick that there is something to do
            submit(self._backend, stored=stranded, queue=self._queue)


def stranded_on(
    graph: GraphStore, targets: Sequence[Digest], queues: Collection[QueueName]
) -> list[Digest]:
    """What targets wait for, directly or not, and is to run on one of some queues.

    Args:
        graph: the store.
        targets: operations.
        queues: that nobody serves.
    """
    found: list[Digest] = []

    def read(page: Sequence[Digest]) -> Iterator[Digest]:
        for operation, state in zip(page, graph.states(page), strict=True):
            if state.status.is_pending:
                if state.queue in queues:
                    found.append(operation)
                yield from graph.waiting_on(operation)

    read_levels(targets, read)
    return found
