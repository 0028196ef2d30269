"""Addresses of servers: what may be shown of them, and how connections are made."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final, Protocol

import hiredis
from redis.backoff import NoBackoff
from redis.connection import AbstractConnection, ConnectionPool
from redis.retry import Retry

from funsies.core.errors import ServerError
from funsies.store.server_address import fault_in

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


@cache
def unnamed() -> Mapping[str, None]:
    """Options of connections that do not introduce themselves (``CLIENT SETINFO``).

    That would be two questions for each connection, and a look for the version of redis-py:
    some milliseconds for each program, and for each process that runs steps.
    """
    known = inspect.signature(AbstractConnection.__init__).parameters
    return dict.fromkeys(
        {"driver_info"} & known.keys() or {"lib_name", "lib_version"} & known.keys()
    )


class _Packer:
    """Packs commands; that of redis-py looks at each argument first, for twice the time."""

    def pack(self, *arguments: bytes | str | int) -> list[bytes]:
        return [hiredis.pack_command(arguments)]  # type: ignore[arg-type]  # any number is right


def shown(url: str) -> str:
    """What may be shown of an address: no user, no password, no query.

    Passwords may hold any character that means something in an address, so this cuts rather
    too much.

    >>> shown("redis://user:secret@host:6379/0")
    'redis://host:6379'
    """
    scheme, _, rest = url.partition("://")
    if "password" in rest:
        return "the server"
    place = rest.rpartition("@")[2].partition("?")[0]
    return f"{scheme}://{place if scheme == 'unix' else place.partition('/')[0]}"


def connector(url: str, answer_seconds: float) -> Callable[[], Connection]:
    """What makes connections to a server. They never retry by themselves.

    Args:
        url: ``redis://``, ``rediss://`` or ``unix://``.
        answer_seconds: how long they wait for an answer, unless the address says it.

    Raises:
        ServerError: if it is no such address. The address itself is not shown, since it may
            hold a password.
    """
    if (fault := fault_in(url)) is not None:
        raise ServerError(f"the address of the server {fault}")
    pool = ConnectionPool.from_url(
        url,
        protocol=2,
        retry=Retry(NoBackoff(), 0),
        socket_timeout=answer_seconds,
        socket_connect_timeout=CONNECT_SECONDS,
        command_packer=_Packer(),
        **unnamed(),
    )
    options = pool.connection_kwargs
    make: Callable[..., Connection] = pool.connection_class
    return lambda: make(**options)
