"""Calling workers to their queues, and seeing whether there are any."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Final, TypeVar

from redis import Redis

from funsies.store.connect import Address
from funsies.store.ports import GraphStore
from funsies.store.rows import QueueName
from funsies.store.server_address import shown
from funsies.store.server_connection import client_of
from funsies.store.server_retry import ServerRetry
from funsies.store.submission import LOCAL_PREFIX

from .rq_binding.queues import DrainQueues

T = TypeVar("T")

OUTAGE_SECONDS: Final = 1.0
"""How long a look at RQ's records tries; nothing depends on it but what is said of workers."""


class Dispatch:
    """Queues drain jobs for work that is ready.

    Args:
        graph: the store, which knows how many operations are ready.
        jobs_url: address of the server.
        pause_seconds: the same queue is not looked at again within this time.
        clock: the time, monotonic seconds.
    """

    def __init__(
        self,
        graph: GraphStore,
        jobs_url: str,
        *,
        pause_seconds: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._graph = graph
        self._connection = client_of(jobs_url)
        self._drains = DrainQueues(self._connection)
        self._pause_seconds = pause_seconds
        self._clock = clock
        self._armed_at: dict[QueueName, float] = {}

    def arm(self, queues: Iterable[QueueName]) -> None:
        """Queue drain jobs: as many as idle workers can use, and at least one.

        Call it whenever the store names queues to arm. Duplicates are harmless: a drain job
        that finds nothing to do ends at once.
        """
        due = [queue for queue in queues if self._is_due(queue)]
        if not due:
            return
        ready = self._graph.queues()
        self._drains.arm({queue: ready.get(queue, 0) for queue in due})

    def _is_due(self, queue: QueueName) -> bool:
        if queue.startswith(LOCAL_PREFIX):
            return False  # the program that asked runs it itself
        now = self._clock()
        if now - self._armed_at.get(queue, float("-inf")) < self._pause_seconds:
            return False
        self._armed_at[queue] = now
        return True

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def arm_queues(server: Address, graph: GraphStore, queues: Iterable[QueueName]) -> None:
    """Call workers to queues on which work is ready.

    Args:
        server: where the server is.
        graph: the store on it.
        queues: as named by the store's answers.
    """
    named = tuple(queues)
    with closing(Dispatch(graph, server.jobs_url)) as dispatch:
        _retry(server)(lambda: dispatch.arm(named))


def count_workers(server: Address, queue: QueueName) -> int:
    """Number of live workers that serve a queue; 0 means that nobody listens.

    A worker counts as alive for some time after its last sign of life
    (:attr:`~funsies.engine.timing.Timing.worker_seconds`).
    """
    counts = ask_rq(server, lambda connection: DrainQueues(connection).counts([queue]))
    return counts[0].workers


def ask_workers_to_stop(server: Address, *, at_once: bool = False) -> int:
    """Ask all workers of a server to stop, wherever they run.

    Args:
        server: where the server is.
        at_once: True to put back what they run without a grace.

    Returns:
        The number of workers that were asked; each reads it with its next sign of life.
    """
    return ask_rq(
        server,
        lambda connection: DrainQueues(connection).ask_workers_to_stop(at_once=at_once),
    )


def ask_rq(server: Address, ask: Callable[[Redis], T]) -> T:
    """Ask what RQ keeps, and ask again if a connection is cut.

    Args:
        server: where the server is.
        ask: safe to repeat.

    Raises:
        NoServerError: if no server answers.
        ServerError: if it refuses.
    """
    with closing(client_of(server.jobs_url)) as connection:
        return _retry(server)(lambda: ask(connection))


def _retry(server: Address) -> ServerRetry:
    return ServerRetry(server.jobs_url, shown(server.jobs_url), OUTAGE_SECONDS)
