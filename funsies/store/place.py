"""Where the large values of a server are: the server itself says so.

Who starts a server writes it there; of a server that others have started, who says it first
(``--data``, ``FUNSIES_DATA``), else who stores the first large value, in the server itself.
"""

from __future__ import annotations

import socket
from typing import Final

import msgspec

from funsies.core.errors import DataStoreError

from .data.identity import ensure_identity
from .ports import GraphStore
from .server_address import hide_secrets, is_server


class UnreadablePlaceError(DataStoreError):
    """What the server says of large values cannot be read."""


_KIND: Final = "server"
_NAME: Final = "data"


class DataPlace(msgspec.Struct, frozen=True):
    """Where large values are.

    Attributes:
        url: ``file:///path`` or the address of another server; empty for the server itself.
        identity: by what the store there is known again; see ``data/identity.py``.
        host: machine on which that was written down.
        is_beside: True for the directory ``data`` beside the server, which moves with it.
    """

    url: str = ""
    identity: str = ""
    host: str = ""
    is_beside: bool = False

    @property
    def shown(self) -> str:
        """It for people: without a password."""
        return hide_secrets(self.url) or "the server itself"


IN_SERVER: Final = DataPlace()


def place_at(url: str, jobs_url: str) -> DataPlace:
    """The place that somebody names; it is made if it is a directory that is not there.

    Args:
        url: what is said; it may be the server itself, by any of its names.
        jobs_url: address of the server.
    """
    if url == jobs_url:
        return IN_SERVER
    identity = ensure_identity(url)
    if is_server(url) and identity == ensure_identity(jobs_url):
        return IN_SERVER
    return DataPlace(url, identity, socket.gethostname())


def recorded_place(graph: GraphStore) -> DataPlace | None:
    """What the server says; None if nobody has told it so far.

    Raises:
        UnreadablePlaceError: if that is damaged, or another version of funsies has told it.
    """
    data = graph.named(_KIND, _NAME)
    return None if data is None else _decoded(data)


def keep_place(graph: GraphStore, place: DataPlace) -> DataPlace:
    """Tell the server, unless somebody has; return what it says now."""
    return _decoded(graph.keep_named(_KIND, _NAME, msgspec.json.encode(place)))


def replace_place(graph: GraphStore, place: DataPlace) -> None:
    """Tell the server, whatever it was told before: for who starts it."""
    graph.save_named(_KIND, _NAME, msgspec.json.encode(place))


def _decoded(data: bytes) -> DataPlace:
    try:
        return msgspec.json.decode(data, type=DataPlace)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise UnreadablePlaceError(
            "what the server says of where large values are is damaged, or was written by "
            "another version of funsies: start the server anew, or say it once more by "
            "FUNSIES_DATA=file:///their/directory, or by the server's own address if they are "
            "in the server"
        ) from None
