"""``funsies runs``: what was run, when, from which commit, and how it ended."""

from __future__ import annotations

from typing import Final

import click
from rich.text import Text

from funsies.core.digest import short_hash
from funsies.history.outcomes import statuses_of
from funsies.history.runs import Run, counts_of_run
from funsies.history.runs import runs as all_runs
from funsies.history.step_names import labels_of_run
from funsies.report.console import data_console, status_text
from funsies.report.numbers import counted
from funsies.report.runs import (
    SHOWN_TARGETS,
    CountedRun,
    counts_table,
    facts_of,
    runs_table,
)
from funsies.store.connect import Backend

from .exits import Exit
from .notes import note
from .output import print_json
from .run_choice import LAST, RUN, find_run
from .setting import Setting

_NAME_COLUMNS: Final = 11


@click.group(invoke_without_command=True)
@click.option(
    "--limit",
    "-n",
    type=click.IntRange(min=1),
    default=20,
    help="List this many runs at most.  [default: 20]",
)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_context
def runs(context: click.Context, *, limit: int, as_json: bool) -> int:
    r"""List the runs: when, how long, how they ended, from which commit.

    A run is all that one program asked for: one funsies run, or one with Fun() of a script that
    Python runs. Newest first; a star at the commit means that there were changes which are in
    none.

    \b
    Example:
      funsies runs
      funsies runs show last
    """
    if context.invoked_subcommand is not None:
        return Exit.OK
    with context.obj.session() as session:
        found = [_counted(session.backend, each) for each in all_runs(session.backend, limit)]
        if as_json:
            print_json([each.as_json() for each in found])
        elif found:
            console = data_console()
            console.print(runs_table(found, console.width))
    if not found:
        note("nothing was run yet")
    return Exit.OK


@runs.command(context_settings={"ignore_unknown_options": True})
@click.argument("run_id", metavar="[ID]", type=RUN, default=LAST)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON, with all targets.")
@click.pass_obj
def show(setting: Setting, *, run_id: str, as_json: bool) -> int:
    r"""Show all that is known of a run.

    ID is its number, last, or -1 for the one before the last.

    \b
    Example:
      funsies runs show 12
      funsies runs show -1
    """
    with setting.session() as session:
        run = _counted(session.backend, find_run(session.backend, run_id))
        if as_json:
            print_json(run.as_json())
        else:
            _show(session.backend, run)
    return Exit.OK


def _counted(backend: Backend, run: Run) -> CountedRun:
    return CountedRun(run, counts_of_run(backend, run))


def _show(backend: Backend, run: CountedRun) -> None:
    console = data_console()
    for name, text in facts_of(run.run):
        console.print(Text(f"{name:<{_NAME_COLUMNS}}{text}"))
    if run.counts:
        console.print(counts_table(run.counts))
    shown = run.run.targets[:SHOWN_TARGETS]
    states = backend.graph.states(shown)
    statuses = statuses_of(backend, shown, states)
    rows = backend.graph.operations(shown)
    labels = labels_of_run(backend, run.run)
    for target, row, status in zip(shown, rows, statuses, strict=True):
        name = "(forgotten)" if row is None else labels.of(target, row.task_name)
        begin = f"{'target':<{_NAME_COLUMNS}}{short_hash(target)}"
        console.print(Text("  ").join([Text(begin), status_text(status), Text(name)]))
    if len(run.run.targets) > len(shown):
        more = counted(len(run.run.targets) - len(shown), "more target")
        note(f"... and {more}; all of them: funsies runs show --json {run.run.number}")
