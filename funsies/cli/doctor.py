"""``funsies doctor``: what is wrong with a server, its data, its workers and its state."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Final

import click

from funsies.core.errors import FunsiesError, ServerError
from funsies.engine.arming import arm_queues
from funsies.engine.server_state import ServerState, look_at_server
from funsies.engine.slots import new_slot
from funsies.engine.starting import starting_queues
from funsies.engine.timing import Timing
from funsies.engine.upkeep import audit_once, sweep_once
from funsies.engine.worker_registry import WorkerView, describe_self, describe_workers
from funsies.report.health import (
    DataSeen,
    Finding,
    Level,
    StateSeen,
    WorkerSeen,
    find_in_data,
    find_in_server,
    find_in_state,
    find_in_workers,
    unseen,
)
from funsies.report.numbers import counted
from funsies.session import Session
from funsies.store.agreed import AgreedDataStore
from funsies.store.data.address import directory_of
from funsies.store.data.temporary import leftovers, remove_leftovers
from funsies.store.rows import QueueName
from funsies.store.server_notes import IN_SERVER, DataPlace, recorded_place
from funsies.store.submission import LOCAL_PREFIX

from .exits import Exit
from .findings import finding_as_json, print_finding
from .notes import note
from .output import print_json
from .setting import Setting

LEASE_MS: Final = Timing().lease_ms
"""A worker that nobody has heard for so long after an outage is gone."""


@click.command()
@click.option("--repair", is_flag=True, help="Mend first what can be mended safely.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_obj
def doctor(setting: Setting, *, repair: bool, as_json: bool) -> int:
    r"""Look at the server, large values, workers and stuck steps; say what to do.

    Exit code 0 if all is well, 8 if something is to be done, 3 if there is no server.

    \b
    Example:
      funsies doctor --repair
    """
    with setting.session(is_checked=False) as session:
        if repair:
            look_at_server(session.server)  # refuses one that is too old to be repaired
            for done in _repair(session):
                note(done)
        findings = list(examine(session))
    if as_json:
        print_json([finding_as_json(each) for each in findings])
    else:
        for each in findings:
            print_finding(each)
    is_well = all(each.level is Level.OK for each in findings)
    return Exit.OK if is_well else Exit.NOT_WELL


def _repair(session: Session) -> Iterator[str]:
    """Do what any worker or writer might do at any time; say what was done."""
    graph = session.backend.graph
    place = recorded_place(graph.named) or IN_SERVER
    if place.url.startswith("file:") and (removed := remove_leftovers(directory_of(place.url))):
        yield f"removed {counted(removed, 'temporary file')} of dead writers"
    if put_back := _sweep(session):
        yield f"put back {counted(put_back, 'step')} of workers that are gone"
    if not put_back and (held := len(graph.leases())):
        yield (
            f"{counted(held, 'step')} in the hands of workers: who is gone loses them "
            f"{LEASE_MS // 1000} seconds from now, to any worker or another --repair"
        )
    if ended := audit_once(graph):
        yield f"ended {counted(len(ended), 'circle')} of steps that waited for one another"
    if ready := graph.queues():
        arm_queues(session.server, graph, ready)
        yield f"called workers to {counted(len(ready), 'queue')} with work"


def _sweep(session: Session) -> int:
    graph, name, number, more = session.backend.graph, new_slot(), 0, True
    while more:
        answer = sweep_once(graph, name, lease_ms=LEASE_MS)
        number, more = number + len(answer.requeued) + len(answer.exhausted), answer.more
    return number


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
    place = recorded_place(session.backend.graph.named) or IN_SERVER
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
    served |= starting_queues(session.server, ready)  # as good as there
    return StateSeen(
        steps={state: sum(getattr(each, state) for each in counts) for state in STATES},
        ready={_called(queue): number for queue, number in ready.items()},
        served=frozenset(
            _called(queue) for queue in ready if queue in served or _is_here(session, queue)
        ),
        expired=sum(each.expires_ms + OVERDUE_MS < server.now_ms for each in graph.leases()),
        is_stuck=graph.is_stuck(),
        has_workers=bool(workers),
        set_aside=graph.repair.set_aside(),
    )


def _called(queue: QueueName) -> str:
    return queue.rpartition("@")[0]


def _is_here(session: Session, queue: QueueName) -> bool:
    """Whether it is that of a program which runs its steps itself, and still does."""
    is_local = queue.startswith(LOCAL_PREFIX)
    return is_local and session.backend.graph.news.is_heard(_called(queue))
