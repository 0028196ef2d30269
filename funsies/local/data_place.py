"""Where the embedded server keeps large values: decided when it is started, and told to it."""

from __future__ import annotations

import socket
from contextlib import closing

from funsies.config.directory import Directory, ServerRecord
from funsies.store.data.address import beside, ensure_number
from funsies.store.ports import GraphReader, GraphStore
from funsies.store.redis import RedisStore
from funsies.store.server_notes import (
    IN_SERVER,
    DataPlace,
    UnreadablePlaceError,
    place_at,
    recorded_place,
    replace_keys,
    replace_place,
)

from .server_settings import ServerSettings


def place_of(record: ServerRecord) -> DataPlace:
    """Where a server that runs keeps large values."""
    with closing(RedisStore(record.jobs_url)) as graph:
        return recorded_place(graph.named) or IN_SERVER


def settle_place(
    record: ServerRecord, directory: Directory, settings: ServerSettings
) -> DataPlace:
    """Tell a server that was just started where large values are, and which keys are in use.

    What is there stays where it is: another place is taken only while the server is empty. The
    directory beside the server is where that directory is now, as it may have been moved.

    Raises:
        ServerError: if the server cannot be used, or the place.
    """
    with closing(RedisStore(record.socket_url)) as graph:
        graph.check()
        replace_keys(graph.named, directory.keys())
        recorded = _told_before(graph)
        if recorded is None or (settings.says_where_data_are and _is_empty(graph)):
            place = _chosen(record, directory, settings)
        else:
            place = _beside(directory) if recorded.is_beside else recorded
        replace_place(graph.named, place)
    return place


def _told_before(graph: GraphStore) -> DataPlace | None:
    try:
        return recorded_place(graph.named)
    except UnreadablePlaceError:
        return None  # it is damaged, and is told again


def _chosen(record: ServerRecord, directory: Directory, settings: ServerSettings) -> DataPlace:
    if settings.data_url is not None:
        return place_at(settings.data_url, record.socket_url)
    on_disk = settings.keeps_data_on_disk
    if on_disk is None:
        on_disk = not settings.is_reachable_from_outside
    return _beside(directory) if on_disk else IN_SERVER


def _beside(directory: Directory) -> DataPlace:
    identity = ensure_number(beside(directory.data_path))
    url = directory.data_path.as_uri()
    return DataPlace(url, identity, socket.gethostname(), is_beside=True)


def _is_empty(graph: GraphReader) -> bool:
    """True if nothing was defined, so that nothing can be stored."""
    return not graph.find("", 1)
