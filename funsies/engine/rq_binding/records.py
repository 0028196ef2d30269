"""What workers have told RQ about themselves."""

from __future__ import annotations

from typing import Final, cast

from redis import Redis

from .keys import WORKER_PREFIX, WORKERS

STOP_FIELD: Final = "funsies_stop"
"""Field of a worker's record by which it is asked to stop."""

LIFE_FIELD: Final = "funsies_life"
"""Field of a worker's record: for how many seconds after a sign of life it is kept."""

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
