"""What is told while one waits, from its first wait to its last: live, or in plain lines."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

from rich.console import Console
from rich.live import Live
from rich.text import Text

from funsies.client.progress import Progress, Report
from funsies.core.cutting import printable
from funsies.core.errors import NoServerError
from funsies.history.step_names import Naming
from funsies.report.console import make_console
from funsies.report.elsewhere import WorkElsewhere
from funsies.report.numbers import counted
from funsies.store.connect import Backend
from funsies.store.ports import GraphReader
from funsies.store.rows import Generation, TaskCounts

from .activity import Failing, Rates, RunningSteps, finished, told
from .screen import Screen

SHOWN_TASKS: Final = 4


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


LINE_SECONDS: Final = 15.0
"""Pause between two lines where no terminal is."""


class Display:
    """Shows how far a run is, and tells at once what fails.

    Args:
        console: where.
        graph: where the steps run.
        naming: knows what steps are called; None for the names of their tasks.
        elsewhere: says which workers run what somebody else has asked for; None if nobody asks.
        clock: the time, monotonic seconds.
        began: when the run began, by that clock; None for now.
    """

    def __init__(
        self,
        console: Console,
        graph: GraphReader,
        *,
        naming: Naming | None = None,
        elsewhere: WorkElsewhere | None = None,
        clock: Callable[[], float] = time.monotonic,
        began: float | None = None,
    ) -> None:
        self._console = console
        self._clock = clock
        self._began = clock() if began is None else began
        self._line_due = self._began + LINE_SECONDS
        self._rates = Rates()
        self._naming = naming
        self._running = RunningSteps(graph, clock, naming, elsewhere)
        self._failing = Failing(graph)
        self._failed = 0
        self._elsewhere: list[str] = []
        self._is_shown = False

    @contextmanager
    def shown(self) -> Iterator[Report]:
        """Show it while one waits; nothing is left of it afterwards but the failures.

        Yields:
            A function, to be called with how far it is.
        """
        if not self._console.is_terminal or self._console.is_dumb_terminal:
            yield self._tell_line
        elif self._is_shown:  # by another thread that waits, too
            yield self._tell_failures
        else:
            with self._live() as live:
                yield lambda progress: self._draw(live, progress)

    @contextmanager
    def _live(self) -> Iterator[Live]:
        live = Live(
            console=self._console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=_is_same_terminal(),  # elsewhere stdout is data
            redirect_stderr=True,  # else messages are written into the table
            vertical_overflow="crop",
        )
        self._is_shown = True
        try:
            with live:
                yield live
        finally:
            self._is_shown = False

    def _draw(self, live: Live, progress: Progress) -> None:
        self._tell_failures(progress)
        now = self._clock()
        self._rates.add(progress, now)
        self._running.look(is_any=progress.total.running > 0)
        screen = Screen(
            progress,
            self._rates,
            self._running.longest,
            self._failing.repeated(),
            now,
            now - self._began,
            self._running.elsewhere,
        )
        live.update(screen, refresh=True)

    def _tell_failures(self, progress: Progress) -> None:
        """Tell what failed for the first time; looks only if something has failed."""
        failed = progress.total.failed
        if failed == self._failed:
            return
        self._failed = failed
        for cause in self._failing.news():
            # A style of the print itself would colour the table below, too.
            self._console.print(Text(told(cause, self._naming), style="red"))

    def _tell_line(self, progress: Progress) -> None:
        self._tell_failures(progress)
        if self._clock() < self._line_due:
            return
        self._line_due = self._clock() + LINE_SECONDS
        counts = progress.total
        whole = finished(counts) + counts.pending
        text = f"{finished(counts)} of {counted(whole, 'step')}, {describe(progress)}"
        self._console.print(text, markup=False)
        self._tell_elsewhere(progress)

    def _tell_elsewhere(self, progress: Progress) -> None:
        """Tell which workers are busy with something else, whenever that has changed."""
        self._running.look(is_any=progress.total.running > 0)
        told, self._elsewhere = self._elsewhere, self._running.elsewhere
        for line in self._elsewhere:
            if line not in told:
                self._console.print(line, markup=False)


def _is_same_terminal() -> bool:
    """True if standard output goes to the terminal on which this is shown."""
    try:
        return os.path.samestat(os.fstat(sys.stdout.fileno()), os.fstat(sys.stderr.fileno()))
    except (OSError, ValueError, AttributeError):  # it is closed, or no file
        return False


def display_of(
    backend: Backend, own: Callable[[], Collection[Generation]], began: float | None = None
) -> Display:
    """Shows how far it is, on stderr, with the labels of steps.

    Args:
        backend: where the steps are.
        own: the requests that are waited for, asked anew each time: of workers that are busy
            with others it is told.
        began: when the run began, monotonic seconds; None for now.
    """
    naming, elsewhere = Naming(backend), WorkElsewhere(backend, own)
    return Display(
        make_console(), backend.graph, naming=naming, elsewhere=elsewhere, began=began
    )


class Aside:
    """Shows the same for a program that is to go on when nothing can be shown any more.

    Args:
        display: that shows it.
    """

    def __init__(self, display: Display) -> None:
        self._display = display
        self._is_over = False

    @contextmanager
    def shown(self) -> Iterator[Report]:
        """Show it while one waits, as long as stderr takes it."""
        with self._display.shown() as tell:
            yield partial(self._tell, tell)

    def _tell(self, tell: Report, progress: Progress) -> None:
        if self._is_over:
            return
        try:
            tell(progress)
        except NoServerError:  # who waits tells of that
            raise
        except OSError:  # its reader has gone away, or the disk is full
            self._is_over = True


def aside_of(backend: Backend, own: Callable[[], Collection[Generation]]) -> Aside:
    """Shows how far it is beside what a program does, which does not fail by it."""
    return Aside(display_of(backend, own))
