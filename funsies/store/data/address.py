"""From the address of a data store to the store."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final
from urllib.parse import unquote_to_bytes

from funsies.core.errors import FunsiesError
from funsies.store.keys import DEFAULT_NAMESPACE
from funsies.store.persistence import MAX_OUTAGE_SECONDS
from funsies.store.ports import DataStore

from .connection import REDIS_SCHEMES, split
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
    parts = split(url)
    if parts.scheme in REDIS_SCHEMES:
        return RedisDataStore(url, namespace=namespace, max_outage_seconds=max_outage_seconds)
    if parts.scheme == "file":
        return DiskDataStore(directory_of(url))
    if parts.scheme == "memory" and not parts.netloc and not parts.path:
        return MemoryDataStore()
    begins = f'"{parts.scheme}:"' if parts.scheme else "no scheme"
    raise FunsiesError(
        f"the address of a data store is {_FORMS}; the one given begins with {begins}"
    )


def directory_of(url: str) -> Path:
    """The directory that a ``file:`` address names.

    Raises:
        FunsiesError: if it names none.
    """
    parts = split(url)
    path = os.fsdecode(unquote_to_bytes(parts.path))  # names may be of any bytes
    is_local = parts.netloc in ("", "localhost")
    if (
        not is_local
        or not path.startswith("/")
        or parts.query
        or parts.fragment
        or "\0" in path
    ):
        raise FunsiesError(
            "a data directory is given as file:///path/to/directory: three slashes, an "
            'absolute path, and "?", "#" and "%" in it percent-encoded'
        )
    return Path(path)
