"""A connection to a Redis server for bytes."""

from __future__ import annotations

from typing import Final
from urllib.parse import SplitResult, urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from funsies.core.errors import FunsiesError
from funsies.store.server_address import SERVER_SCHEMES, fault_in

REDIS_SCHEMES: Final = frozenset(SERVER_SCHEMES)

SOCKET_TIMEOUT_SECONDS: Final = 30.0
"""How long one message, of one chunk at most, may take. The URL may say otherwise."""

_READ_BYTES: Final = 1 << 18
"""How much is taken from the socket at once."""

_UNREADABLE: Final = (
    "the address of the data store cannot be read: special characters in a password must be "
    'percent-encoded ("/" is %2F, "@" is %40, ":" is %3A, "#" is %23, "?" is %3F), the port is '
    "a number, and a socket is given as unix:///path/to/socket"
)


def describe(url: str) -> str:
    """Say where a server is, without user name, password and options.

    >>> describe("rediss://me:secret@host:6380/2?password=secret")
    'rediss://host:6380/2'
    """
    parts = split(url)
    if parts.scheme == "unix":
        return f"unix://{parts.path}"
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{host}{port}{parts.path}"


def split(url: str) -> SplitResult:
    """Split a URL.

    Raises:
        FunsiesError: if it cannot be; the message does not repeat the URL.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        # The text of this exception may hold a part of the password, so it goes no further.
        raise FunsiesError(_UNREADABLE) from None
    if _may_show_password(parts):
        raise FunsiesError(_UNREADABLE)
    return parts


def _may_show_password(parts: SplitResult) -> bool:
    """Whether a "/", "?" or "#" in a password seems to have cut the address in two."""
    if parts.scheme == "unix":
        return bool(parts.hostname)
    return parts.scheme in REDIS_SCHEMES and "@" in parts.path + parts.query + parts.fragment


def connect(url: str) -> redis.Redis:
    """Make a client for a server; no message is sent yet.

    The client may be used from several threads, and after a fork: its pool opens new
    connections in the child. It sends nothing twice: who persists is
    :class:`~funsies.store.persistence.Persistence`.

    Raises:
        FunsiesError: if the URL is wrong; the message shows no password.
    """
    if (fault := fault_in(url)) is not None:
        raise FunsiesError(f"the address of the data store {fault}")
    return redis.Redis.from_url(
        url,
        socket_timeout=SOCKET_TIMEOUT_SECONDS,
        socket_read_size=_READ_BYTES,
        retry=Retry(NoBackoff(), 0),
    )
