"""Progress while one waits: a bar on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from funsies.client.progress import Progress
from funsies.core.cutting import printable
from funsies.store.rows import TaskCounts

from .numbers import counted

LINE_SECONDS: Final = 15.0
"""Pause between two lines where no terminal is."""

SHOWN_TASKS: Final = 4

Report = Callable[[Progress], None]


@contextmanager
def progress_display(
    console: Console, *, clock: Callable[[], float] = time.monotonic
) -> Iterator[Report]:
    """Show progress while a block runs.

    Args:
        console: where.
        clock: the time, monotonic seconds.

    Yields:
        A function, to be called with how far it is.
    """
    if console.is_terminal and not console.is_dumb_terminal:
        with _bar(console) as report:
            yield report
    else:
        yield _lines(console, clock)


@contextmanager
def _bar(console: Console) -> Iterator[Report]:
    bar = Bar(
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        redirect_stdout=False,  # stdout is data and must not end up on stderr
        redirect_stderr=True,  # else messages are written into the bar
    )
    with bar:
        task = bar.add_task("", total=None)

        def report(progress: Progress) -> None:
            counts = progress.total
            finished = counts.done + counts.failed
            bar.update(
                task,
                completed=finished,
                total=finished + counts.pending,
                description=describe(progress),
            )

        yield report


def _lines(console: Console, clock: Callable[[], float]) -> Report:
    due = clock() + LINE_SECONDS

    def report(progress: Progress) -> None:
        nonlocal due
        if clock() < due:
            return
        due = clock() + LINE_SECONDS
        counts = progress.total
        finished = counts.done + counts.failed
        whole = finished + counts.pending
        text = f"{finished} of {counted(whole, 'step')}, {describe(progress)}"
        console.print(text, markup=False)

    return report


def describe(progress: Progress) -> str:
    """Say in few words what goes on: ``2 running: simulate (2), 1 failed``."""
    counts = progress.total
    pieces = [_running(progress, counts)]
    pieces += [f"{counts.failed} failed"] if counts.failed else []
    pieces += [f"{counts.delayed} to be tried again"] if counts.delayed else []
    return ", ".join(pieces)


def _running(progress: Progress, counts: TaskCounts) -> str:
    if not counts.running:
        return f"{counts.ready} ready" if counts.ready else "nothing running"
    names = sorted(
        (name for name, each in progress.tasks.items() if each.running),
        key=lambda name: -progress.tasks[name].running,
    )
    running = {name: progress.tasks[name].running for name in names[:SHOWN_TASKS]}
    shown = [f"{printable(name)} ({number})" for name, number in running.items()]
    more = [f"{len(names) - SHOWN_TASKS} more"] if len(names) > SHOWN_TASKS else []
    return f"{counts.running} running: {', '.join(shown + more)}"
