"""RQ's records on the server: their keys, what workers told RQ of themselves, mending.

The names of keys are the same for clients and workers, whatever prefix RQ uses here. A record
that holds something else than RQ writes is dropped, as nothing depends on it. RQ itself is not
imported here (``prefix.py``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final, TypeVar, cast

from redis import Redis
from redis.exceptions import RedisError

from funsies.store.key_names import DEFAULT_NAMESPACE

KEY_PREFIX: Final = f"{{{DEFAULT_NAMESPACE}}}:rq"

JOB_PREFIX: Final = f"{KEY_PREFIX}:job:"
QUEUE_PREFIX: Final = f"{KEY_PREFIX}:queue:"
QUEUES: Final = f"{KEY_PREFIX}:queues"
WORKER_PREFIX: Final = f"{KEY_PREFIX}:worker:"
WORKERS: Final = f"{KEY_PREFIX}:workers"


def workers_key(queue: str) -> str:
    """Set: keys of the workers that serve a queue."""
    return f"{WORKERS}:{queue}"


STOP_FIELD: Final = "funsies_stop"
"""Field of a worker's record by which it is asked to stop."""

LIFE_FIELD: Final = "funsies_life"
"""Field of a worker's record: for how many seconds after a sign of life it is kept."""

LOAD_FIELD: Final = "funsies_load"
"""Field of a worker's record: what its steps take; empty while it runs none."""

DESCRIPTION_FIELD: Final = "funsies"
"""Field of a worker's record: what it says of itself."""

LEFT_FIELD: Final = "left"
"""For how many seconds a record is still kept, by the clock of the server; not stored."""

STOP_IN_ORDER: Final = b"in order"
STOP_AT_ONCE: Final = b"at once"


def worker_records(connection: Redis) -> dict[str, dict[str, str]]:
    """Read the records of all workers of the server that are alive, by name."""
    keys = sorted(cast("set[bytes]", connection.smembers(WORKERS)))
    pipeline = connection.pipeline(transaction=False)
    for key in keys:
        pipeline.hgetall(key)
        pipeline.pttl(key)
    answers = pipeline.execute()
    records = cast("list[dict[bytes, bytes]]", answers[::2])
    left_ms = cast("list[int]", answers[1::2])
    return {
        key.decode().removeprefix(WORKER_PREFIX): {
            **_decoded(record),
            LEFT_FIELD: str(left / 1000),
        }
        for key, record, left in zip(keys, records, left_ms, strict=True)
        if b"birth" in record  # or it expired, and only a trace of it is left
    }


def _decoded(record: dict[bytes, bytes]) -> dict[str, str]:
    return {name.decode(): value.decode("utf-8", "replace") for name, value in record.items()}


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
