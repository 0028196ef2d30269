"""``funsies status``: the server, its workers, and how far everything is."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click
import msgspec
from rich import box
from rich.table import Table
from rich.text import Text

from funsies.core.cutting import cut, printable
from funsies.core.digest import short_hash
from funsies.engine.starting import starting_queues
from funsies.history.runs import Run, last_run
from funsies.report.console import data_console
from funsies.report.numbers import counted, shown_seconds
from funsies.report.occupation import Occupation, counted_states, who_works
from funsies.report.results import VOLATILE
from funsies.report.runs import SHOWN_PROGRAM, program_of
from funsies.session import Session
from funsies.store.rows import TaskCounts
from funsies.store.server_notes import IN_SERVER, recorded_place

from .exits import Exit
from .notes import FAILED_ARE_KEPT, note
from .output import print_json
from .setting import Setting


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_obj
def status(setting: Setting, *, as_json: bool) -> int:
    r"""Show the server, its workers and queues, and the steps by task name.

    Exit code 3 if there is no server.

    \b
    Example:
      funsies status --json
    """
    with setting.session() as session:
        found = who_works(session.server, session.backend.graph)
        workers = [each for each in found if each.name]
        if as_json:
            print_json(_as_json(session, workers))
        else:
            _print(session, workers)
    return Exit.OK


def _as_json(session: Session, workers: list[Occupation]) -> dict[str, Any]:
    counts = session.backend.graph.counts()
    return {
        "server": session.server.shown,
        "data": _data(session),
        "directory": str(session.server.directory) if session.server.directory else None,
        "workers": [asdict(each) for each in workers],
        "queues": dict(session.backend.graph.queues()),
        "run": _run_as_json(last_run(session.backend)),
        "set_aside": [
            msgspec.structs.asdict(each) for each in session.backend.graph.repair.set_aside()
        ],
        "tasks": {name: asdict(each) for name, each in sorted(counts.items())},
    }


def _run_as_json(run: Run | None) -> dict[str, Any] | None:
    if run is None:
        return None
    return {"number": run.number, "outcome": run.outcome.value, "program": program_of(run)}


def _data(session: Session) -> str:
    """Where large values are."""
    return (recorded_place(session.backend.graph.named) or IN_SERVER).shown


def _print(session: Session, workers: list[Occupation]) -> None:
    console = data_console()
    console.print(f"server   {session.server.shown}", markup=False)
    console.print(f"data     {_data(session)}", markup=False)
    console.print(f"workers  {counted_states(workers)}")
    run = last_run(session.backend)
    if run is not None:
        program = cut(program_of(run), SHOWN_PROGRAM)
        console.print(Text(f"run      {run.number} {run.outcome.value}: {program}"))
    ready = session.backend.graph.queues()
    served = {queue for each in workers for queue in each.queues}
    starting = starting_queues(session.server, ready)
    for queue, number in sorted(ready.items()):
        name = queue.rpartition("@")[0]
        warning = "" if name in served else ", but no worker serves it"
        if warning and queue in starting:
            warning += " yet: some are starting"
        console.print(
            f"queue    {name}: {counted(number, 'step')} ready{warning}", markup=False
        )
    for damaged in session.backend.graph.repair.set_aside():
        console.print(
            f"damaged  {damaged.what} {short_hash(damaged.name)}: set aside", markup=False
        )
    for each in workers:
        console.print(_worker_line(each), markup=False)
    counts = session.backend.graph.counts()
    if counts:
        console.print(_table(counts))
        if any(each.failed for each in counts.values()):
            note(FAILED_ARE_KEPT)
    else:
        note("no step was asked for yet")


def _worker_line(worker: Occupation) -> str:
    return (
        f"  {worker.name}  {worker.state}  serves {', '.join(worker.queues)}  "
        f"Python {worker.python}  heard {shown_seconds(worker.silent_seconds or 0.0)} ago"
    )


def _table(counts: dict[str, TaskCounts]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("task", overflow="fold")
    volatile = (VOLATILE,) if any(each.volatile for each in counts.values()) else ()
    names = ("waiting", "ready", "running", "done", "failed", "skipped", *volatile, "time")
    for name in names:
        table.add_column(name, justify="right")
    for name, each in sorted(counts.items()):
        numbers = (
            each.waiting + each.delegated,
            each.ready + each.delayed,
            each.running,
            each.done,
            each.failed,
            each.skipped,
            *([each.volatile] if volatile else []),
        )
        time = shown_seconds(each.busy_ms / 1000)
        table.add_row(Text(printable(name)), *(str(number) for number in numbers), time)
    return table
