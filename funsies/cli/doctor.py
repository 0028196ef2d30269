"""``funsies doctor``: what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import click

from funsies.engine.arming import arm_queues
from funsies.engine.names import new_slot
from funsies.engine.server_state import look_at_server
from funsies.engine.timing import Timing
from funsies.engine.upkeep import audit_once, sweep_once
from funsies.report.health import Level
from funsies.report.numbers import counted
from funsies.session import Session
from funsies.store.data.address import directory_of
from funsies.store.data.leftovers import remove_leftovers
from funsies.store.place import IN_SERVER, recorded_place

from .examination import examine
from .exits import Exit
from .findings import finding_as_json, print_finding
from .output import print_json
from .say import note
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
    place = recorded_place(graph) or IN_SERVER
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
