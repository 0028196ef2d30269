"""How the server is: what it says of itself, and its clock."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, cast

from funsies.store.connect import Address
from funsies.store.key_names import DEFAULT_NAMESPACE
from funsies.store.server_address import shown
from funsies.store.server_connection import refuse_old

from .arming import ask_rq

if TYPE_CHECKING:
    from redis import Redis

_ADDED: Final = f"{{{DEFAULT_NAMESPACE}}}:K"
"""What the scripts add to the clock, see ``lua/shared/base.lua``."""


@dataclass(frozen=True, slots=True)
class ServerState:
    """What is known of a server.

    Attributes:
        version: with its kind.
        persists: True if it writes what it is given to a disk.
        write_error: True if it could not do that lately.
        policy: what it drops when it is full; ``noeviction`` for nothing.
        used_bytes: memory that it uses.
        limit_bytes: how much it may use; 0 for no limit.
        clock_seconds: by how much its clock is ahead of that of this machine.
        latency_seconds: of one round trip.
        now_ms: time by which leases count, which goes on evenly when the clock is set.
    """

    version: str
    persists: bool
    write_error: bool
    policy: str
    used_bytes: int
    limit_bytes: int
    clock_seconds: float
    latency_seconds: float
    now_ms: float = 0.0


def look_at_server(server: Address) -> ServerState:
    """Ask a server how it is.

    Raises:
        NoServerError: if it does not answer.
        ServerError: if it is too old for most of the questions.
    """
    return ask_rq(server, partial(_look, place=shown(server.jobs_url)))


def _look(connection: Redis, place: str) -> ServerState:
    told = connection.info()
    refuse_old(str(told.get("redis_version", "")), place)
    began = time.time()
    seconds, microseconds = connection.time()
    ended = time.time()
    is_valkey = told.get("server_name") == "valkey"
    version = told.get("valkey_version") if is_valkey else told.get("redis_version")
    return ServerState(
        version=f"{'Valkey' if is_valkey else 'Redis'} {version}",
        persists=bool(told.get("aof_enabled")) or _saves(connection),
        write_error="err"
        in {told.get("aof_last_write_status"), told.get("rdb_last_bgsave_status")},
        policy=str(told.get("maxmemory_policy", "noeviction")),
        used_bytes=int(told.get("used_memory", 0)),
        limit_bytes=int(told.get("maxmemory", 0)),
        clock_seconds=seconds + microseconds / 1e6 - (began + ended) / 2,
        latency_seconds=ended - began,
        now_ms=seconds * 1000 + microseconds / 1000 + int(connection.get(_ADDED) or 0),
    )


def _saves(connection: Redis) -> bool:
    """Whether it writes snapshots; servers of others may not say so."""
    from redis.exceptions import ResponseError  # noqa: PLC0415 - beside its only use

    try:
        return bool(cast("dict[str, str]", connection.config_get("save")).get("save"))
    except ResponseError:
        return True
