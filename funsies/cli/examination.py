"""Looking at a server, its data, its workers and its state, for ``funsies doctor``."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Final

from funsies.core.errors import FunsiesError, ServerError
from funsies.engine.server_state import ServerState, look_at_server
from funsies.engine.worker_registry import WorkerView, describe_self, describe_workers
from funsies.report.health import (
    DataSeen,
    Finding,
    StateSeen,
    WorkerSeen,
    find_in_data,
    find_in_server,
    find_in_state,
    find_in_workers,
    unseen,
)
from funsies.session import Session
from funsies.store.agreed import AgreedDataStore
from funsies.store.data.address import directory_of
from funsies.store.data.leftovers import leftovers
from funsies.store.place import IN_SERVER, DataPlace, recorded_place
from funsies.store.rows import QueueName
from funsies.store.submission import LOCAL_PREFIX

OVERDUE_MS: Final = 5_000
"""A lease that expired so long ago would have been noticed by any worker."""

STATES: Final = ("waiting", "ready", "delayed", "running", "delegated", "done", "failed")


def examine(session: Session) -> Iterator[Finding]:
    """Say what is well, and what is not.

    Args:
        session: with the server.
    """
    server = look_at_server(session.server)
    workers = [WorkerSeen(*each) for each in describe_workers(session.server)]
    yield from find_in_server(server)
    yield from find_in_data(_data(session))
    yield from find_in_workers(workers, describe_self(session.server.keys))
    try:
        yield from find_in_state(_state(session, server, [each.view for each in workers]))
    except ServerError as problem:
        yield unseen("state", str(problem))


def _data(session: Session) -> DataSeen:
    place = recorded_place(session.backend.graph) or IN_SERVER
    seen = _on_disk(place) if place.url.startswith("file:") else DataSeen(place.shown)
    try:
        if isinstance(session.backend.data, AgreedDataStore):
            session.backend.data.reach()
    except FunsiesError as problem:
        return DataSeen(place.shown, trouble=str(problem))
    return seen


def _on_disk(place: DataPlace) -> DataSeen:
    """Before it is used: whoever uses it may clear away what it finds."""
    directory = directory_of(place.url)
    if not directory.is_dir():
        return DataSeen(place.shown)
    disk = shutil.disk_usage(directory)
    return DataSeen(
        place.shown,
        free_bytes=disk.free,
        disk_bytes=disk.total,
        leftovers=len(leftovers(directory)),
    )


def _state(session: Session, server: ServerState, workers: list[WorkerView]) -> StateSeen:
    graph = session.backend.graph
    counts = graph.counts().values()
    ready = graph.queues()
    served = {f"{queue}@{each.python}" for each in workers for queue in each.queues}
    return StateSeen(
        steps={state: sum(getattr(each, state) for each in counts) for state in STATES},
        ready={_called(queue): number for queue, number in ready.items()},
        served=frozenset(
            _called(queue) for queue in ready if queue in served or _is_here(session, queue)
        ),
        expired=sum(each.expires_ms + OVERDUE_MS < server.now_ms for each in graph.leases()),
        is_stuck=graph.is_stuck(),
        has_workers=bool(workers),
        set_aside=graph.set_aside(),
    )


def _called(queue: QueueName) -> str:
    return queue.rpartition("@")[0]


def _is_here(session: Session, queue: QueueName) -> bool:
    """Whether it is that of a program which runs its steps itself, and still does."""
    is_local = queue.startswith(LOCAL_PREFIX)
    return is_local and session.backend.graph.is_heard(_called(queue))
