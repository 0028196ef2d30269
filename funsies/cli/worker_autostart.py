"""Workers for one run: started when they are needed, on the queues that are used."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from typing import TYPE_CHECKING, Final

import msgspec

from funsies.config.directory import Directory
from funsies.config.server import ResolvedServer
from funsies.core.errors import NoWorkersError
from funsies.core.options import DEFAULT_QUEUE
from funsies.engine.starting import STARTING_SECONDS
from funsies.local.daemons import exit_code
from funsies.local.guard import guarded
from funsies.local.pool import Pool, start_pool
from funsies.store.connect import open_backend

from .exits import Exit
from .notes import note

if TYPE_CHECKING:
    from funsies.engine.worker_registry import WorkerView


_SHORT_LIFE_SECONDS: Final = 10.0
_SHORT_LIVES: Final = 4
_ATTEMPTS: Final = 3


class _StartedPool(msgspec.Struct, frozen=True):
    """Workers that were started together."""

    pool: Pool
    count: int
    queues: list[str]
    started_at: float


class WorkerAutostart:
    """Starts workers for the queues that a script uses, unless others serve them.

    Args:
        stack: ends the workers.
        directory: where their logs are.
        server: for which they work.
        count: number of workers; None for one a core, less those that there are.
        await_server: returns when the server answers.
    """

    def __init__(
        self,
        stack: ExitStack,
        directory: Directory,
        server: ResolvedServer,
        count: int | None,
        await_server: Callable[[], object] = lambda: None,
    ) -> None:
        self._await_server = await_server
        self._stack = stack
        self._directory = directory
        self._server = server
        self._count = count
        self._served: set[str] = set()
        self._pools: list[_StartedPool] = []
        self._short_lives = 0

    def serve(self, used: Callable[[], set[str]]) -> None:
        """See to it that somebody serves the queues; called whenever something is requested.

        Args:
            used: tells the queues that the script uses; asked only if it can matter.
        """
        if self._count == 0:
            return
        queues = used() - self._served
        if queues:
            self._start_missing(queues, self._present())

    def _present(self) -> list[WorkerView]:
        """The workers that there are; the server may be just being started again."""
        # Late: RQ takes long to import.
        from funsies.engine.worker_registry import list_workers  # noqa: PLC0415
        from funsies.store.server_retry import SERVER_TROUBLE  # noqa: PLC0415

        for _ in range(_ATTEMPTS):
            with suppress(*SERVER_TROUBLE):
                return list_workers(self._server)
            self._await_server()
        return list_workers(self._server)

    def _start_missing(self, queues: set[str], present: list[WorkerView]) -> None:
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

    def look(self) -> None:
        """See that the workers live; if somebody has killed them, start others.

        Raises:
            NoWorkersError: if they cannot live.
        """
        for started in list(self._pools):
            code = exit_code(started.pool.pid)
            if code is not None:
                self._pools.remove(started)
                self._replace(started, code)

    def stop(self) -> None:
        """Have the workers leave, and wait until they have; no others are started any more."""
        self._count, self._pools = 0, []
        self._stack.close()

    def _replace(self, started: _StartedPool, code: int) -> None:
        lived_seconds = time.monotonic() - started.started_at
        if code >= 0 and code != Exit.NO_SERVER:
            if code == Exit.NO_WORKERS or (code and lived_seconds < STARTING_SECONDS):
                raise self._cannot_live(started)
            return  # somebody has asked them to leave
        is_young = lived_seconds < _SHORT_LIFE_SECONDS
        self._short_lives = self._short_lives + 1 if is_young else 0
        if self._short_lives >= _SHORT_LIVES:
            raise self._cannot_live(started)
        if code < 0:
            note("funsies: the workers of this run were killed; starting others")
        self._start(started.count, started.queues)

    def _cannot_live(self, started: _StartedPool) -> NoWorkersError:
        queues = " ".join(started.queues)
        return NoWorkersError(
            f"the workers for {queues} died as soon as they were started; the end of their "
            f"log, {started.pool.log}:\n{started.pool.log_tail()}"
        )

    def _lacking(self, present: list[WorkerView]) -> int:
        return max(0, _cores() - len(present))

    def _start(self, count: int, queues: list[str]) -> None:
        see_data(self._server)
        pool = start_pool(self._directory, self._server, count, queues=queues)
        self._pools.append(_StartedPool(pool, count, queues, time.monotonic()))
        self._stack.enter_context(guarded(self._directory, [pool], stops_server=False))


def see_data(server: ResolvedServer) -> None:
    """See that workers here can reach large values: nobody would read that in their log.

    Raises:
        DataStoreError: if they cannot.
    """
    with closing(open_backend(server)) as backend:
        backend.check(reaches_data=True)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
