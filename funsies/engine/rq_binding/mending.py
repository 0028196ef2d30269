"""Records of RQ that hold something else than RQ writes: dropped; nothing depends on them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final, TypeVar

from redis import Redis
from redis.exceptions import RedisError

from .keys import JOB_PREFIX, KEY_PREFIX, QUEUE_PREFIX, QUEUES, WORKER_PREFIX, WORKERS

T = TypeVar("T")

_log = logging.getLogger(__name__)

TYPES: Final = {
    QUEUE_PREFIX: b"list",
    QUEUES: b"set",
    WORKERS: b"set",
    f"{WORKER_PREFIX}": b"hash",
    JOB_PREFIX: b"hash",
    f"{KEY_PREFIX}:execution:": b"hash",
    f"{KEY_PREFIX}:executions:": b"zset",
    f"{KEY_PREFIX}:wip:": b"zset",
    f"{KEY_PREFIX}:failed:": b"zset",
    f"{KEY_PREFIX}:finished:": b"zset",
}
"""Types of keys by the beginning of their names."""

OF_WORKER: Final = (":executions", b"zset")
"""The one of a worker's keys that is of another type, by its end."""

PAGE: Final = 1000


def is_wrong_type(problem: BaseException) -> bool:
    """Whether a command has met a key of another type than it works on."""
    return isinstance(problem, RedisError) and "WRONGTYPE" in str(problem)


def drop_wrong_records(connection: Redis) -> int:
    """Remove keys of RQ that are of another type than they should be; return their number."""
    found = connection.scan_iter(match=_pattern(), count=PAGE)
    wrong = [
        key for key in found if connection.type(key) != (_wanted(key) or connection.type(key))
    ]
    if wrong:
        connection.delete(*wrong)
        _log.warning("%d records of RQ were damaged on the server, and are dropped", len(wrong))
    return len(wrong)


def mending(connection: Redis, act: Callable[[], T]) -> T:
    """Do something with RQ's records; if one is of the wrong type, drop it and do it again."""
    try:
        return act()
    except RedisError as problem:
        if not is_wrong_type(problem) or not drop_wrong_records(connection):
            raise
    return act()


def _pattern() -> str:
    return f"{KEY_PREFIX}:*"


def _wanted(key: bytes) -> bytes | None:
    name = key.decode(errors="replace")
    if name.startswith(WORKER_PREFIX) and name.endswith(OF_WORKER[0]):
        return OF_WORKER[1]
    return next((kind for begin, kind in TYPES.items() if name.startswith(begin)), None)
