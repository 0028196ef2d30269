"""``funsies cancel``: end what was asked for and is not finished."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

import click

from funsies.client.requests import Affected, affected_by, affected_by_run, withdraw
from funsies.config.program import user_name
from funsies.core.cutting import printable
from funsies.history.runs import Outcome, Run, runs
from funsies.report.numbers import counted
from funsies.report.runs import shown_time
from funsies.run.execution import HOST
from funsies.store.connect import Backend

from .completion import STEP
from .exits import Exit
from .named import look_up_all, steps_among
from .notes import note
from .run_choice import PENDING_RUN, find_run
from .setting import Setting

MOST_RUNS: Final = 100
"""So many of the newest runs are asked whether they want a step."""


@click.command()
@click.argument("steps", nargs=-1, metavar="{STEP... | --run ID}", type=STEP)
@click.option(
    "--run",
    "of_run",
    type=PENDING_RUN,
    metavar="ID",
    help="All of a run: its number, last, or -1.",
)
@click.option("--yes", "-y", is_flag=True, help="Do not ask, also if others want it.")
@click.pass_obj
def cancel(setting: Setting, *, steps: tuple[str, ...], of_run: str | None, yes: bool) -> int:
    r"""End steps that run or wait, and all that waits for them; or all that a run asked for.

    They end with an error of the kind Cancelled, which is not remembered: whoever executes them
    again starts them again. STEP is a hash, a label, or the name of a task. What another run
    wants goes on if a run is cancelled; if a step is, it ends for all, and you are asked first.

    \b
    Example:
      funsies cancel 3f2a9
      funsies cancel 'align(sample=S3)'
      funsies cancel --run 12
    """
    if bool(steps) == (of_run is not None):
        raise click.UsageError("name steps, or a run by --run")
    with setting.session() as session:
        backend = session.backend
        found = None if of_run is None else find_run(backend, of_run)
        if found is not None:
            affected, others = _of_run(backend, found)
        else:
            affected, others = _of_steps(backend, steps)
        if not affected.steps:
            note(f"nothing to cancel: {_why_nothing(found)}")
            return Exit.OK
        if others and not yes:
            _ask(affected, others)
        ended = withdraw(backend.graph, affected)
    note(_told(ended, affected))
    return Exit.OK


def _of_run(backend: Backend, found: Run) -> tuple[Affected, list[str]]:
    """What a run asked for and is not finished; and whose run that is, if it is another's."""
    others = [] if _is_mine(found) else [_shown(found)]
    return affected_by_run(backend, found), others


def _why_nothing(found: Run | None) -> str:
    """Say why nothing of a run, or of the steps that were named, can be ended."""
    if found is None:
        return "none of it runs or waits"
    if found.outcome is Outcome.RUNNING and found.ended is None:
        return f"run {found.number} goes on, but nothing that it has asked for runs or waits"
    at = "" if found.ended is None else f" at {shown_time(found.ended)}"
    end = f"run {found.number} has ended{at} ({found.outcome})"
    return f"{end}, and nothing of it runs or waits"


def _of_steps(backend: Backend, names: Sequence[str]) -> tuple[Affected, list[str]]:
    """What ends with some steps; and who else has asked for it."""
    affected = affected_by(backend.graph, steps_among(look_up_all(backend, names)))
    asking = [
        each
        for each in runs(backend, MOST_RUNS)
        if {*each.generations} & {*affected.generations}
    ]
    known = {generation for each in asking for generation in each.generations}
    others = [_shown(each) for each in asking if not _is_mine(each)]
    if len(asking) > 1:
        others = [_shown(each) for each in asking]
    if not known.issuperset(affected.generations):
        others.append("a program of which no run is known")
    return affected, others


def _is_mine(found: Run) -> bool:
    return (found.user, found.host) == (user_name(), HOST)


def _shown(found: Run) -> str:
    return printable(f"run {found.number} ({found.script} of {found.user} on {found.host})")


def _ask(affected: Affected, others: Sequence[str]) -> None:
    """Ask whether that is meant, though others want it, too."""
    question = f"This ends {counted(len(affected.steps), 'step')} for {' and '.join(others)}."
    if not sys.stdin.isatty():
        raise click.UsageError(f"{question} If that is meant, add --yes")
    click.confirm(f"{question} Go on?", abort=True, err=True)


def _told(ended: int, affected: Affected) -> str:
    left = len(affected.steps) - ended
    kept = f"; {counted(left, 'step')} went on or ended by themselves" if left > 0 else ""
    return f"cancelled {counted(ended, 'step')}{kept}"
