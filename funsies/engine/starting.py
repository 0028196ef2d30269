"""Which queues will have workers soon: noted on the server by who starts them.

To load what workers need may take long, from a disk of a network most of all. Until they are
registered nobody can tell them from workers that were forgotten. The process that will be the
pool is named, so that on its machine it is seen if it has died meanwhile, without a word.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Collection, Iterable
from contextlib import closing, suppress
from typing import Final, cast

from funsies.store.connect import Address
from funsies.store.key_names import DEFAULT_NAMESPACE
from funsies.store.rows import QueueName
from funsies.store.server_connection import client_of
from funsies.store.server_retry import SERVER_TROUBLE
from funsies.store.submission import queue_name

STARTING_SECONDS: Final = 60
"""So long workers may take to start before somebody says that there are none."""


def note_starting(server: Address, queues: Iterable[str], pid: int) -> None:
    """Say that workers are being started, and forget why earlier ones could not live.

    Args:
        server: where the server is; nothing happens if it is away.
        queues: which they will serve, as users call them.
        pid: the process of their pool, on this machine.
    """
    pool = f"{socket.gethostname()}:{pid}".encode()
    with suppress(*SERVER_TROUBLE), closing(client_of(server.jobs_url)) as connection:
        for queue in map(queue_name, queues):
            connection.set(starting_key(queue), pool, ex=STARTING_SECONDS)
            connection.delete(failure_key(queue))


def starting_queues(server: Address, queues: Collection[QueueName]) -> frozenset[QueueName]:
    """Those of some queues for which workers were started less than a minute ago.

    Args:
        server: where the server is; if it is away, none are known.
        queues: as named by the store's answers.
    """
    if not queues:
        return frozenset()
    with suppress(*SERVER_TROUBLE), closing(client_of(server.jobs_url)) as connection:
        found = cast("list[bytes | None]", connection.mget(list(map(starting_key, queues))))
        pairs = zip(queues, found, strict=True)
        return frozenset(queue for queue, pool in pairs if pool and _may_live(pool.decode()))
    return frozenset()


def _may_live(pool: str) -> bool:
    """Whether a pool may be alive; of another machine nobody knows."""
    host, _, pid = pool.rpartition(":")
    if host != socket.gethostname():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True


def starting_key(queue: QueueName) -> str:
    """The key, for a minute: workers of a queue are being started."""
    return f"{DEFAULT_NAMESPACE}:starting:{queue}"


def failure_key(queue: QueueName) -> str:
    """The key, for a day: why the last workers of a queue could not live."""
    return f"{DEFAULT_NAMESPACE}:last_words:{queue}"
