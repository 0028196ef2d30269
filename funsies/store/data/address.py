"""Data stores by their addresses, and by what one is known again, whatever address leads to it.

A directory has a file with a random number in it, a Redis server a key. The directory beside a
server (``.funsies/data``) has that file beside itself, so that it may be removed and made anew.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final
from urllib.parse import unquote_to_bytes, urlsplit

from funsies.core.errors import FunsiesError, ServerError
from funsies.store.key_names import DEFAULT_NAMESPACE
from funsies.store.ports import DataStore
from funsies.store.server_address import is_server, scheme_of
from funsies.store.server_retry import MAX_OUTAGE_SECONDS

from .disk import DiskDataStore
from .memory import MemoryDataStore
from .redis import RedisDataStore

_FORMS: Final = (
    "redis://host:port/0, rediss://host:port/0, unix:///path/to/socket, "
    "file:///path/to/directory, or memory://"
)


def open_data_store(
    url: str,
    *,
    namespace: str = DEFAULT_NAMESPACE,
    max_outage_seconds: float = MAX_OUTAGE_SECONDS,
) -> DataStore:
    """Open the data store at an address.

    Args:
        url: ``redis://host:port/0``, ``rediss://…``, ``unix:///path/to/socket``,
            ``file:///path/to/directory``, or ``memory://``, which is a new, empty store.
        namespace: begins the name of each key, in a Redis server.
        max_outage_seconds: how long a call tries to reach a server that is away.

    Raises:
        FunsiesError: if the address has another form; no password is shown.

    >>> open_data_store("memory://")
    <MemoryDataStore: 0 values>
    """
    if is_server(url):
        return RedisDataStore(url, namespace=namespace, max_outage_seconds=max_outage_seconds)
    scheme = scheme_of(url)
    if scheme == "file":
        return DiskDataStore(directory_of(url))
    if url in {"memory:", "memory://"}:
        return MemoryDataStore()
    begins = f'"{scheme}:"' if scheme else "no scheme"
    raise FunsiesError(
        f"the address of a data store is {_FORMS}; the one given begins with {begins}"
    )


def directory_of(url: str) -> Path:
    """The directory that a ``file:`` address names.

    Raises:
        FunsiesError: if it names none.
    """
    path = _path_in(url)
    if not path.startswith("/") or "\0" in path:
        raise FunsiesError(
            "a data directory is given as file:///path/to/directory: three slashes, an "
            'absolute path, and "?", "#" and "%" in it percent-encoded'
        )
    return Path(path)


def _path_in(url: str) -> str:
    """The path of an address that has nothing else; empty for others."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    is_local = parts.netloc in ("", "localhost")
    if not is_local or parts.query or parts.fragment:
        return ""
    return os.fsdecode(unquote_to_bytes(parts.path))  # names may be of any bytes


INSIDE: Final = "store-id"
"""Name of the file in a directory of values."""


_OUTAGE_SECONDS: Final = 1.0
"""Who first asks a server what it is, is told soon that it is not there."""


def _server(url: str) -> RedisDataStore:
    return RedisDataStore(url, max_outage_seconds=_OUTAGE_SECONDS)


def beside(directory: Path) -> Path:
    """The file that stands beside a directory of values, not in it."""
    return directory.with_name(f"{directory.name}.id")


def identity_of(url: str) -> str | None:
    """What is at an address; None if nothing is there. Nothing is written.

    Args:
        url: ``file:///path/to/directory``, or the address of a server.

    Raises:
        NoServerError: if no server answers there.
    """
    if scheme_of(url) != "file":
        return _server(url).identity()
    directory = directory_of(url)
    return _read(directory / INSIDE) or _read(beside(directory))


def ensure_identity(url: str) -> str:
    """What is at an address; it is given a number if it has none, and made if it is not there.

    Raises:
        ServerError: if the directory cannot be made.
    """
    if (known := identity_of(url)) is not None:
        return known
    fresh = secrets.token_hex(16)
    if scheme_of(url) != "file":
        return _server(url).identity(fresh) or fresh
    return ensure_number(directory_of(url) / INSIDE, fresh)


def ensure_number(path: Path, fresh: str | None = None) -> str:
    """Read such a file; write it, whole or not at all, if it is not there.

    Raises:
        ServerError: if it cannot be written.
    """
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary.write_text(f"{fresh or secrets.token_hex(16)}\n", "ascii")
        _name_unless_taken(temporary, path)
        temporary.unlink(missing_ok=True)
    except OSError as problem:
        raise ServerError(
            f"the data directory {path.parent} cannot be used: {problem.strerror}"
        ) from problem
    return _read(path) or ""


def _name_unless_taken(temporary: Path, path: Path) -> None:
    try:
        os.link(temporary, path)
    except FileExistsError:
        return
    except OSError:  # this file system has no links
        if not path.exists():
            temporary.rename(path)


def _read(path: Path) -> str | None:
    try:
        return path.read_text("ascii").strip() or None
    except (OSError, ValueError):
        return None
