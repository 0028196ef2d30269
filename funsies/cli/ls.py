"""``funsies ls``: what is there."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from heapq import nsmallest
from itertools import chain
from typing import Final

import click
from rich import box
from rich.table import Table
from rich.text import Text

from funsies.core.cutting import printable
from funsies.core.digest import Digest, short_hash
from funsies.history.labels import NO_LABELS, Labels, as_label
from funsies.history.outcomes import FAILED
from funsies.history.runs import Run, steps_of_run
from funsies.history.step_names import MOST_STEPS as MOST_LABELLED
from funsies.history.step_names import labels_here, labels_of_run
from funsies.report.console import data_console, status_text, volatile_text
from funsies.report.diagram.model import INPUT, URGENCY
from funsies.report.listing import ListedStep, ListedTask, Used, by_task, find_steps, order
from funsies.report.numbers import counted, shown_bytes, shown_seconds
from funsies.report.results import VOLATILE
from funsies.store.connect import Backend
from funsies.store.rows import OperationRow

from .completion import TASK
from .exits import Exit
from .notes import FAILED_ARE_KEPT, VOLATILE_IS_NOT_KEPT, note
from .output import print_json
from .run_choice import all_option, chosen_run, run_option
from .setting import Setting

MOST_SUMMED: Final = 10_000
"""Of a run of more steps, the nearest to its results are summed up, in half a second.

Where every step is listed, ``MOST_LABELLED`` are looked at; where some are selected, all."""

_STATUSES: Final = [*(name for name in URGENCY if name != INPUT), VOLATILE]


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...", type=TASK)
@click.option("--steps", "-s", "shows_steps", is_flag=True, help="List every step.")
@click.option(
    "--status", "statuses", multiple=True, type=click.Choice(_STATUSES), help="Only these."
)
@click.option(
    "--limit",
    "-n",
    type=click.IntRange(min=1),
    default=50,
    help="List this many steps at most.  [default: 50]",
)
@click.option("--full", is_flag=True, help="Look at all steps, also of a very large run.")
@run_option
@all_option
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON, without limit.")
@click.pass_obj
def ls(
    setting: Setting,
    *,
    names: tuple[str, ...],
    shows_steps: bool,
    statuses: tuple[str, ...],
    limit: int,
    full: bool,
    run_id: str | None,
    shows_all: bool,
    as_json: bool,
) -> int:
    r"""List the steps of a run: status, size of results, and age, by task name.

    With the NAME of a task, or with --steps, every step is listed, those that were run last
    first. It is the last run, unless --run names another one; --all lists all that is there,
    as is done where nothing was run yet. Of a very large run only the steps nearest to its
    results are looked at, which it says; of all by --full or --json, or if some are selected.

    \b
    Example:
      funsies ls
      funsies ls --run 12
      funsies ls mean --status failed
    """
    seen = _Seen()
    most = MOST_LABELLED if shows_steps else MOST_SUMMED
    if full or as_json or names or statuses:
        most = sys.maxsize
    with setting.session() as session:
        run = chosen_run(session.backend, run_id, shows_all=shows_all)
        looked_at = _LookedAt(session.backend, run, most)
        steps = seen.through(find_steps(session.backend, names, statuses, looked_at.rows))
        if not (shows_steps or names):
            _show_tasks(by_task(steps), as_json=as_json)
        elif as_json:
            ordered = sorted(steps, key=order)
            labels = looked_at.labels(ordered)
            print_json(
                {**asdict(step), "label": labels.of_hash(step.operation)} for step in ordered
            )
        else:
            shown = nsmallest(limit, steps, key=order)
            _show_steps(shown, looked_at.labels(shown))
            _tell_rest(seen.number - limit)
        if run is not None and looked_at.is_cut:
            _tell_cut(run, seen.number)
    if not seen.number:
        note(_nothing(is_filtered=bool(names or statuses), is_of_run=run is not None))
    if seen.has_failed:
        note(FAILED_ARE_KEPT)
    if seen.has_volatile:
        note(VOLATILE_IS_NOT_KEPT)
    return Exit.OK


class _LookedAt:
    """The steps of a run, or all that there are.

    Args:
        backend: where they are.
        run: the run; None for all that there are.
        most: look at so many steps of the run at most, the nearest to its results.
    """

    def __init__(self, backend: Backend, run: Run | None, most: int) -> None:
        self._backend, self._run, self._most = backend, run, most
        self._closure = None if run is None else steps_of_run(backend, run, most)

    @property
    def rows(self) -> list[OperationRow] | None:
        """The steps; None for all that there are."""
        return None if self._closure is None else list(self._closure.rows.values())

    @property
    def is_cut(self) -> bool:
        """Whether the run needs steps that were not read."""
        if self._run is None or self._closure is None or len(self._closure.rows) < self._most:
            return False
        rows = self._closure.rows
        needed = chain(self._run.targets, *map(self._closure.above, rows.values()))
        return any(each not in rows for each in needed)

    def labels(self, steps: Sequence[ListedStep]) -> Labels:
        """What some of them are called: as their tasks, if not all were read."""
        if not steps or self.is_cut:
            return NO_LABELS
        if self._run is not None:
            return labels_of_run(self._backend, self._run, self._closure)
        digests = [Digest(bytes.fromhex(each.operation)) for each in steps]
        return labels_here(self._backend, digests)


@dataclass(slots=True)
class _Seen:
    """Takes note of steps that go by.

    Attributes:
        number: of them.
        has_failed: True if one of them has failed, and that is kept.
        has_volatile: True if the result of one of them is volatile.
    """

    number: int = 0
    has_failed: bool = False
    has_volatile: bool = False

    def through(self, steps: Iterable[ListedStep]) -> Iterator[ListedStep]:
        for step in steps:
            self.number += 1
            self.has_failed |= step.status == FAILED and not step.volatile
            self.has_volatile |= step.volatile
            yield step


def _show_tasks(tasks: Sequence[ListedTask], *, as_json: bool) -> None:
    if as_json:
        print_json([{**asdict(task), "steps": task.steps} for task in tasks])
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("task", overflow="fold")
    table.add_column("steps", justify="right")
    table.add_column("status")
    table.add_column("size", justify="right")
    table.add_column("age", justify="right")
    now = time.time()
    for task in tasks:
        states = [
            Text.assemble(f"{task.statuses[name]:,} ", status_text(name))
            for name in URGENCY
            if name in task.statuses
        ]
        states += [volatile_text(task.volatile)] if task.volatile else []
        table.add_row(
            Text(printable(task.task)),
            f"{task.steps:,}",
            Text(", ").join(states),
            shown_bytes(task.size_bytes),
            _age(task.ended, now),
        )
    _print(table)


def _show_steps(steps: Sequence[ListedStep], labels: Labels) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("hash", no_wrap=True)
    table.add_column("step", overflow="fold")
    table.add_column("status")
    for name in ("time", "cpu", "memory", "size", "age"):
        table.add_column(name, justify="right")
    now = time.time()
    for step in steps:
        table.add_row(
            short_hash(step.operation),
            Text(_shown(step, labels)),
            status_text(step.status, volatile=step.volatile),
            *_used(step.used),
            shown_bytes(step.size_bytes),
            _age(step.ended, now),
        )
    _print(table)


def _shown(step: ListedStep, labels: Labels) -> str:
    """The label; the whole name, if that is all of it: it may be looked for with grep."""
    label = labels.of_hash(step.operation)
    return printable(step.task) if label in {None, as_label(step.task)} else str(label)


def _used(used: Used | None) -> tuple[str, str, str]:
    """Wall time, CPU time and memory, where they are known."""
    if used is None:
        return "", "", ""
    cpu, memory = used.cpu_seconds, used.peak_memory_bytes
    return (
        shown_seconds(used.seconds),
        "" if cpu is None else shown_seconds(cpu),
        "" if memory is None else shown_bytes(memory),
    )


def _nothing(*, is_filtered: bool, is_of_run: bool) -> str:
    if is_of_run:
        return "no such step is in this run; see: funsies ls --all"
    return "no such step is there; see: funsies ls" if is_filtered else "no step is there"


def _tell_rest(number: int) -> None:
    if number > 0:
        note(f"... and {counted(number, 'more step')}; list more with --limit")


def _tell_cut(run: Run, number: int) -> None:
    total = _counted_steps(run)
    of_all = f" of {total:,}" if total > number else ""
    note(
        f"these are the {number:,}{of_all} steps of run {run.number} that are nearest to its "
        f"results; all of them: funsies ls --full"
    )


def _counted_steps(run: Run) -> int:
    """How many steps a run had as it ended; 0 if they were not counted."""
    each = run.counts.values()
    return sum(it.done + it.cached + it.failed + it.skipped + it.unfinished for it in each)


def _print(table: Table) -> None:
    if table.row_count:
        data_console().print(table)


def _age(ended: float | None, now: float) -> str:
    return "" if ended is None else shown_seconds(now - ended)
