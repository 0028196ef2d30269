"""Damage to the rows of a live server: what to damage, and how."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import redis

PREFIX: Final = b"{funsies}:"

NAMED: Final = tuple(bytes([each]) for each in b"DIcoOTGCYXZBLE")
NUMBERS: Final = (b"N", b"n", b"S", b"K", b"Q", b"store")
BEGINNINGS: Final = (b"q:", b"s:", b"n:", b"rq:", b"b:")
BY_DIGEST: Final = (b"w", b"k", b"x", b"t", b"W")
KINDS: Final = tuple(kind.decode() for kind in (*NAMED, *NUMBERS, *BEGINNINGS, *BY_DIGEST))
"""Kinds of keys, by how they begin (see ``store/lua/shared/base.lua``)."""

Change = Callable[[bytes], bytes | None]

CHANGES: Final[dict[str, Change]] = {
    "missing": lambda _: None,
    "empty": lambda _: b"",
    "truncated": lambda row: row[: max(len(row) - 3, 0)],
    "halved": lambda row: row[: len(row) // 2],
    "flipped in front": lambda row: _flipped(row, 0.0),
    "flipped in the middle": lambda row: _flipped(row, 0.5),
    "flipped at the end": lambda row: _flipped(row, 0.99),
}
DAMAGES: Final = (*CHANGES, "key of another type", "key missing")


def _flipped(row: bytes, at: float) -> bytes:
    place = min(int(at * len(row)), len(row) - 1)
    return row[:place] + bytes([row[place] ^ 0x91]) + row[place + 1 :] if row else b"\x91"


def put_in_its_place(path: Path, kind: str) -> None:
    """Put what is no regular file in the place of a removed one; nothing if it is gone."""
    match kind:
        case "directory":
            (path / "inside").mkdir(parents=True)
        case "fifo":
            os.mkfifo(path)
        case "link":
            path.symlink_to("/etc/hostname")
        case _:
            assert kind == "gone", kind


def keys_of(connection: redis.Redis, kind: str) -> list[bytes]:
    """All keys of a kind that are there."""
    return sorted(key for key in connection.scan_iter(count=1000) if _is_of(key, kind.encode()))


def _is_of(key: bytes, kind: bytes) -> bool:
    name = key.removeprefix(PREFIX)
    if kind in NAMED or kind in NUMBERS:
        return name == kind
    if kind in BEGINNINGS:
        return name.startswith(kind)
    is_other = name[:2] in BEGINNINGS or name.startswith(BEGINNINGS)
    return name.startswith(kind) and len(name) > 8 and not is_other


def damage(connection: redis.Redis, kind: str, how: str) -> int:
    """Damage all rows of a kind in one way; return how many there were."""
    keys = keys_of(connection, kind)
    return sum(_damage_key(connection, key, how) for key in keys)


def _damage_key(connection: redis.Redis, key: bytes, how: str) -> int:
    if how == "key missing":
        return connection.delete(key)
    if how == "key of another type":
        is_text = connection.type(key) == b"string"
        connection.delete(key)
        connection.rpush(key, b"x") if is_text else connection.set(key, b"text of another type")
        return 1
    return sum(1 for _ in _ROWS[connection.type(key)](connection, key, CHANGES[how]))


def _hash(connection: redis.Redis, key: bytes, change: Change) -> Iterator[None]:
    for field, row in connection.hgetall(key).items():
        changed = change(row)
        connection.hdel(key, field) if changed is None else connection.hset(key, field, changed)
        yield


def _set(connection: redis.Redis, key: bytes, change: Change) -> Iterator[None]:
    for row in connection.smembers(key):
        connection.srem(key, row)
        if (changed := change(row)) is not None:
            connection.sadd(key, changed)
        yield


def _sorted(connection: redis.Redis, key: bytes, change: Change) -> Iterator[None]:
    for row, score in connection.zrange(key, 0, -1, withscores=True):
        connection.zrem(key, row)
        if (changed := change(row)) is not None:
            connection.zadd(key, {changed: score})
        yield


def _list(connection: redis.Redis, key: bytes, change: Change) -> Iterator[None]:
    rows = connection.lrange(key, 0, -1)
    connection.delete(key)
    for row in rows:
        if (changed := change(row)) is not None:
            connection.rpush(key, changed)
        yield


def _text(connection: redis.Redis, key: bytes, change: Change) -> Iterator[None]:
    changed = change(connection.get(key))
    connection.delete(key) if changed is None else connection.set(key, changed)
    yield


_ROWS: Final = {
    b"hash": _hash,
    b"set": _set,
    b"zset": _sorted,
    b"list": _list,
    b"string": _text,
    b"none": lambda *_: iter(()),
}
