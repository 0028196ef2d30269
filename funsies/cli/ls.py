"""``funsies ls``: what is there."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from heapq import nsmallest
from typing import Final

import click
from rich import box
from rich.table import Table
from rich.text import Text

from funsies.core.cutting import printable
from funsies.core.digest import Digest, short_hash
from funsies.history.called import labels_here, labels_of_run
from funsies.history.labels import NO_LABELS, Labels
from funsies.history.naming import as_label
from funsies.history.runs import steps_of_run
from funsies.history.tally import FAILED
from funsies.report.colours import VOLATILE, status_text, volatile_text
from funsies.report.console import data_console
from funsies.report.graph.model import INPUT, URGENCY
from funsies.report.listing import ListedStep, ListedTask, Used, by_task, find_steps, order
from funsies.report.numbers import counted, shown_bytes, shown_seconds

from .completion import TASK
from .exits import Exit
from .output import print_json
from .run_choice import all_option, chosen_run, run_option
from .say import FAILED_ARE_KEPT, VOLATILE_IS_NOT_KEPT, note
from .setting import Setting

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
    run_id: str | None,
    shows_all: bool,
    as_json: bool,
) -> int:
    r"""List the steps of a run: status, size of results, and age, by task name.

    With the NAME of a task, or with --steps, every step is listed, those that were run last
    first. It is the last run, unless --run names another one; --all lists all that is there,
    as is done where nothing was run yet.

    \b
    Example:
      funsies ls
      funsies ls --run 12
      funsies ls mean --status failed
    """
    seen = _Seen()
    with setting.session() as session:
        run = chosen_run(session.backend, run_id, shows_all=shows_all)
        closure = None if run is None else steps_of_run(session.backend, run)
        among = None if closure is None else closure.rows

        def called(some: Sequence[ListedStep]) -> Labels:
            if not some:
                return NO_LABELS
            if run is not None:
                return labels_of_run(session.backend, run, closure)
            digests = [Digest(bytes.fromhex(each.operation)) for each in some]
            return labels_here(session.backend, digests)

        steps = seen.through(find_steps(session.backend, names, statuses, among))
        if not (shows_steps or names):
            _show_tasks(by_task(steps), as_json=as_json)
        elif as_json:
            ordered = sorted(steps, key=order)
            labels = called(ordered)
            print_json(
                {**asdict(step), "label": labels.of_hash(step.operation)} for step in ordered
            )
        else:
            shown = nsmallest(limit, steps, key=order)
            _show_steps(shown, called(shown))
            _tell_rest(seen.number - limit)
    if not seen.number:
        note(_nothing(is_filtered=bool(names or statuses), is_of_run=run is not None))
    if seen.has_failed:
        note(FAILED_ARE_KEPT)
    if seen.has_volatile:
        note(VOLATILE_IS_NOT_KEPT)
    return Exit.OK


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


def _print(table: Table) -> None:
    if table.row_count:
        data_console().print(table)


def _age(ended: float | None, now: float) -> str:
    return "" if ended is None else shown_seconds(now - ended)
