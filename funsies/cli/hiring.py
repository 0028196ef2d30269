"""Workers for one run: started when they are needed, on the queues that are used."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack, closing

from funsies.config.directory import Directory
from funsies.config.server import ResolvedServer
from funsies.core.options import DEFAULT_QUEUE
from funsies.engine.roster import WorkerView, list_workers
from funsies.local.guard import guarded
from funsies.local.pool import start_pool
from funsies.store.connect import open_backend


class Hiring:
    """Starts workers for the queues that a script uses, unless others serve them.

    Args:
        stack: ends the workers.
        directory: where their logs are.
        server: for which they work.
        count: number of workers; None for one a core, less those that there are.
    """

    def __init__(
        self, stack: ExitStack, directory: Directory, server: ResolvedServer, count: int | None
    ) -> None:
        self._stack = stack
        self._directory = directory
        self._server = server
        self._count = count
        self._served: set[str] = set()

    def serve(self, used: Callable[[], set[str]]) -> None:
        """See to it that somebody serves the queues; called whenever something is requested.

        Args:
            used: tells the queues that the script uses; asked only if it can matter.
        """
        if self._count == 0:
            return
        queues = used() - self._served
        if queues:
            self._hire(queues, list_workers(self._server))

    def _hire(self, queues: set[str], present: list[WorkerView]) -> None:
        is_first = not self._served
        self._served |= queues
        if self._server.directory is None and present:
            return  # somebody else's server, with workers of its own
        count = self._lacking(present) if self._count is None else self._count
        unserved = queues - {queue for worker in present for queue in worker.queues}
        if is_first and count:
            unserved.add(DEFAULT_QUEUE)
            self._served.add(DEFAULT_QUEUE)
        if unserved:
            self._start(max(count, 1), sorted(unserved))

    def _lacking(self, present: list[WorkerView]) -> int:
        return max(0, _cores() - len(present))

    def _start(self, count: int, queues: list[str]) -> None:
        see_data(self._server)
        pool = start_pool(self._directory, self._server, count, queues=queues)
        self._stack.enter_context(guarded(self._directory, [pool], stops_server=False))


def see_data(server: ResolvedServer) -> None:
    """See that workers here can reach large values: nobody would read that in their log.

    Raises:
        DataStoreError: if they cannot.
    """
    with closing(open_backend(server.jobs_url, server.data_url, server.key)) as backend:
        backend.check(reaches_data=True)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
