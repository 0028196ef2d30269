"""Connections to servers: one policy for all of them.

None of them retries by itself, since some commands must not be sent twice: who asks again is
:class:`~funsies.store.server_retry.ServerRetry`. The address may say other times.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, Protocol

import hiredis
import redis
from redis.backoff import NoBackoff
from redis.connection import AbstractConnection, ConnectionPool
from redis.retry import Retry

from funsies.core.errors import ServerError

from .server_address import fault_in

ANSWER_SECONDS: Final = 30.0
"""A server that does not answer for so long is taken to be gone."""

CLIENT_ANSWER_SECONDS: Final = 5.0
"""The same for somebody who looks on, and is to be told within seconds. Each of our commands
may be sent again."""

CONNECT_SECONDS: Final = 5.0


class Connection(Protocol):
    """What we use of a connection of redis-py."""

    def send_command(self, *arguments: bytes | str | int) -> None:
        """Send a command, after connecting if need be."""

    def read_response(self) -> object:
        """Wait for an answer; errors of the server are raised."""

    def can_read(self, timeout: float) -> bool:
        """Wait until there is something to read."""

    def disconnect(self) -> None:
        """Close it; the next command opens it again."""


class _Packer:
    """Packs commands; that of redis-py looks at each argument first, for twice the time."""

    def pack(self, *arguments: bytes | str | int) -> list[bytes]:
        return [hiredis.pack_command(arguments)]  # type: ignore[arg-type]  # any number is right


def connector(url: str, answer_seconds: float = ANSWER_SECONDS) -> Callable[[], Connection]:
    """What makes connections to a server.

    Args:
        url: ``redis://``, ``rediss://`` or ``unix://``.
        answer_seconds: how long they wait for an answer.

    Raises:
        ServerError: if it is no such address. The address itself is not shown, since it may
            hold a password.
    """
    _refuse_faults(url)
    pool = ConnectionPool.from_url(
        url, protocol=2, command_packer=_Packer(), **_policy(answer_seconds)
    )
    options = pool.connection_kwargs
    make: Callable[..., Connection] = pool.connection_class
    return lambda: make(**options)


def client_of(
    url: str, answer_seconds: float = ANSWER_SECONDS, **options: object
) -> redis.Redis:
    """A client of redis-py for a server; nothing is sent yet.

    It may be used from several threads, and after a fork: its pool opens new connections in
    the child.

    Args:
        url: ``redis://``, ``rediss://`` or ``unix://``.
        answer_seconds: how long it waits for an answer.
        options: others, of the connections.

    Raises:
        ServerError: if it is no such address; the message shows no password.
    """
    _refuse_faults(url)
    return redis.Redis.from_url(url, **_policy(answer_seconds), **options)


def _refuse_faults(url: str) -> None:
    if (fault := fault_in(url)) is not None:
        raise ServerError(f"the address of the server {fault}")


def _policy(answer_seconds: float) -> dict[str, Any]:
    return {
        "retry": Retry(NoBackoff(), 0),
        "socket_timeout": answer_seconds,
        "socket_connect_timeout": min(CONNECT_SECONDS, answer_seconds),
        **_unnamed(),
    }


@cache
def _unnamed() -> Mapping[str, None]:
    """Options of connections that do not introduce themselves (``CLIENT SETINFO``).

    That would be two questions for each connection, and a look for the version of redis-py:
    some milliseconds for each program, and for each process that runs steps.
    """
    known = inspect.signature(AbstractConnection.__init__).parameters
    return dict.fromkeys(
        {"driver_info"} & known.keys() or {"lib_name", "lib_version"} & known.keys()
    )


OLDEST_VERSION: Final = 7
"""Of Redis, or what a Valkey server says for its sake: the first with functions."""


def refuse_unusable(info: str, place: str) -> None:
    """See that a server is new enough and keeps what it is given.

    Args:
        info: its answer to ``INFO``.
        place: where it is, for the message.

    Raises:
        ServerError: if it is too old, or may evict keys.
    """
    told = dict(line.split(":", 1) for line in info.splitlines() if ":" in line)
    refuse_old(told.get("redis_version", ""), place)
    if told.get("maxmemory_policy", "noeviction") != "noeviction":
        raise ServerError(
            f"the server at {place} may evict keys, so results could "
            "vanish; set its maxmemory-policy to noeviction"
        )


def refuse_old(version: str, place: str) -> None:
    """See that a server is new enough.

    Args:
        version: of Redis, as the server says it.
        place: where it is, for the message.

    Raises:
        ServerError: if it is too old.
    """
    if (major := version.partition(".")[0]).isdecimal() and int(major) < OLDEST_VERSION:
        raise ServerError(
            f"the server at {place} is Redis {version}; funsies needs Redis {OLDEST_VERSION} "
            "or newer, or Valkey: update it, or start the one that comes with funsies: "
            "start-funsies"
        )
