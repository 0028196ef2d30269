"""Which run a command is about: the last one, unless another is named."""

from __future__ import annotations

import re
from typing import Final

import click
from click.shell_completion import CompletionItem
from typing_extensions import override

from funsies.core.cutting import cut
from funsies.core.errors import UnknownHashError
from funsies.history.pending_runs import runs_with_pending
from funsies.history.run_records import last_number, numbers
from funsies.history.runs import Run, last_run, run, runs
from funsies.report.runs import SHOWN_PROGRAM, program_of
from funsies.store.connect import Backend

from .completion import MAX_SHOWN, Stored
from .notes import note

LAST: Final = "last"
_NUMBER: Final = re.compile("-?[0-9]{1,15}")


def may_be_run(text: str) -> bool:
    """True if a text is written as a run is."""
    return text == LAST or bool(_NUMBER.fullmatch(text))


class RunType(Stored):
    """A run: its number, ``last``, or ``-1`` for the one before the last."""

    name = "run"

    @override
    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Check that it can be one."""
        if not may_be_run(value):
            self.fail(f"{value!r} is no run: write its number, last, or -1", param, ctx)
        return value

    @override
    def offers(
        self, backend: Backend, incomplete: str, context: click.Context
    ) -> list[CompletionItem]:
        """Numbers of runs, with their programs."""
        found, last = self.choice(backend), last_number(backend.graph.named)
        items = [CompletionItem(str(each.number), help=program_of(each)) for each in found]
        if any(each.number == last for each in found):
            items.insert(0, CompletionItem(LAST, help="the newest run"))
        return [each for each in items if str(each.value).startswith(incomplete)]

    def choice(self, backend: Backend) -> list[Run]:
        """The runs that are offered, newest first."""
        return runs(backend, MAX_SHOWN)


class PendingRunType(RunType):
    """A run of which something runs or waits."""

    @override
    def choice(self, backend: Backend) -> list[Run]:
        """The runs of which something can still be cancelled, newest first."""
        return runs_with_pending(backend, MAX_SHOWN)


RUN: Final = RunType()
PENDING_RUN: Final = PendingRunType()

run_option: Final = click.option(
    "--run",
    "run_id",
    type=RUN,
    metavar="ID",
    help="Of this run: its number, last, or -1 for the one before.  [default: last]",
)


all_option: Final = click.option(
    "--all", "-a", "shows_all", is_flag=True, help="Of all that the server knows."
)


def find_run(backend: Backend, run_id: str) -> Run:
    """The run that is named.

    Args:
        backend: where it is.
        run_id: its number, ``last``, or how many runs before that.

    Raises:
        UnknownHashError: if there is none.
    """
    if run_id.startswith("-"):
        found = runs(backend, 1 - int(run_id))[-int(run_id) :]
        chosen = found[0] if found else None
    else:
        chosen = last_run(backend) if run_id == LAST else run(backend, int(run_id))
    if chosen is not None:
        return chosen
    if not numbers(backend.graph.named):
        raise UnknownHashError("nothing was run yet: start something with funsies run SCRIPT")
    raise UnknownHashError(f"there is no run {run_id}; see: funsies runs")


def named_run(backend: Backend, run_id: str | None) -> Run | None:
    """The run that is named, in which steps are then called as they are named; else None.

    Raises:
        UnknownHashError: if there is no such run.
    """
    return None if run_id is None else find_run(backend, run_id)


def chosen_run(
    backend: Backend, run_id: str | None, *, shows_all: bool | None = None
) -> Run | None:
    """The run that is named, or the last one; None for all that there is, or if there is none.

    Which one it is, is said on stderr, unless it was named.

    Args:
        backend: where it is.
        run_id: what was given with ``--run``.
        shows_all: whether ``--all`` was given; None of a command that shows one run only.

    Raises:
        UnknownHashError: if there is no run of that name.
        UsageError: if everything is asked for as well.
    """
    if shows_all and run_id is not None:
        raise click.UsageError("--run and --all: give one of them")
    if run_id is not None:
        return find_run(backend, run_id)
    last = None if shows_all else last_run(backend)
    if last is not None:
        more = "--run ID: another" if shows_all is None else "--all: everything"
        note(f"run {last.number}: {cut(program_of(last), SHOWN_PROGRAM)} ({more})")
    return last
