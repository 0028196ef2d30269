"""What is told while one waits, from its first wait to its last: live, or in plain lines."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.live import Live
from rich.text import Text

from funsies.client.progress import Progress, Report
from funsies.history.step_names import Naming
from funsies.report.elsewhere import Elsewhere
from funsies.report.numbers import counted
from funsies.report.progress import describe
from funsies.store.ports import GraphStore

from .failing import Failing, told
from .rates import Rates, finished
from .running import RunningSteps
from .screen import Screen

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
    """

    def __init__(
        self,
        console: Console,
        graph: GraphStore,
        *,
        naming: Naming | None = None,
        elsewhere: Elsewhere | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console = console
        self._clock = clock
        self._began = clock()
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
