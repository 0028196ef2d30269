"""From the address of a data store to the store."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final
from urllib.parse import unquote_to_bytes, urlsplit

from funsies.core.errors import FunsiesError
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
