"""The region at the bottom of a terminal: a table by task, what runs, and what fails again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from funsies.client.progress import Progress, summed
from funsies.core.cutting import printable
from funsies.report.failures import Cause
from funsies.report.numbers import counted, shown_seconds
from funsies.store.rows import TaskCounts

from .activity import ActiveStep, Rates, counted_steps, finished, seconds_left

SHOWN_TASKS: Final = 12
SHOWN_CAUSES: Final = 3
OTHER_LINES: Final = 4
"""Of a terminal: the head of the table, its sum, one line for the other tasks, the cursor."""

BAR_COLUMNS: Final = 20
NARROW_COLUMNS: Final = 60
WIDE_COLUMNS: Final = 100


@dataclass(frozen=True, slots=True)
class Screen:
    """All that is shown at one moment; drawn for the terminal as it is then.

    Attributes:
        progress: how far it is.
        rates: how fast it goes.
        running: steps that have run for longest.
        repeated: causes that have failed several steps.
        now: the time, by the clock of ``running``.
        seconds: since the run began.
        elsewhere: lines about workers that are busy with something else.
    """

    progress: Progress
    rates: Rates
    running: Sequence[ActiveStep]
    repeated: Sequence[Cause]
    now: float
    seconds: float
    elsewhere: Sequence[str] = ()

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        """Draw it, no higher than the terminal and with no line folded."""
        left = max(1, console.height - OTHER_LINES)
        tasks = self._tasks()
        shown = tasks[: max(1, min(SHOWN_TASKS, left))]
        left -= len(shown)
        elsewhere = self.elsewhere[: max(0, left)]
        left -= len(elsewhere)
        causes = self.repeated[: max(0, min(SHOWN_CAUSES, left))]
        left -= len(causes)
        yield self._table(shown, tasks[len(shown) :], options.max_width)
        for line in elsewhere:
            yield _one_line(Text(line, "yellow"), options.max_width)
        for step in self.running[: max(0, left)]:
            yield _one_line(self._step_text(step), options.max_width)
        for cause in causes:
            yield _one_line(Text(counted_steps(cause), "red"), options.max_width)

    def _tasks(self) -> list[tuple[str, TaskCounts]]:
        """The tasks, those first at which somebody is at work."""
        return sorted(
            self.progress.tasks.items(),
            key=lambda each: (-each[1].running, -each[1].pending, -finished(each[1]), each[0]),
        )

    def _table(
        self,
        shown: Sequence[tuple[str, TaskCounts]],
        others: Sequence[tuple[str, TaskCounts]],
        columns: int,
    ) -> Table:
        table = Table.grid(padding=(0, 1, 0, 0))
        kinds = _kinds(self.progress.total, columns)
        table.add_column(no_wrap=True, overflow="ellipsis")
        for _ in kinds:
            table.add_column(justify="right", no_wrap=True)
        heads = [Text(kind.name, "dim") for kind in kinds]
        table.add_row(Text("task", "dim"), *heads)
        for name, counts in shown:
            cells = [kind.cell(counts, self.rates.of(name)) for kind in kinds]
            table.add_row(printable(name), *cells)
        if others:
            rest, rate = summed(counts for _, counts in others), 0.0
            cells = [kind.cell(rest, rate) for kind in kinds]
            name = counted(len(others), "other task")
            table.add_row(Text(name, "dim"), *cells)
        if len(self.progress.tasks) != 1:
            cells = [kind.cell(self.progress.total, self.rates.total) for kind in kinds]
            table.add_row(Text(f"all, {shown_seconds(self.seconds)}", "bold"), *cells)
        return table

    def _step_text(self, step: ActiveStep) -> Text:
        seconds = shown_seconds(self.now - step.began)
        return Text.assemble(
            (f"{seconds:>8}", "blue"), "  ", step.label, (f"  on {step.worker}", "dim")
        )


@dataclass(frozen=True, slots=True)
class _Kind:
    """A column: its head, and what stands in it, from counters and steps a second."""

    name: str
    cell: Callable[[TaskCounts, float], RenderableType]


def _number(
    count: Callable[[TaskCounts], int], style: str
) -> Callable[[TaskCounts, float], RenderableType]:
    def cell(counts: TaskCounts, _rate: float) -> RenderableType:
        return Text(f"{count(counts):,}" if count(counts) else "", style)

    return cell


_NUMBERS: Final[dict[str, tuple[Callable[[TaskCounts], int], str]]] = {
    "cached": (lambda counts: counts.linked, "dim"),
    "running": (lambda counts: counts.running, "blue"),
    "again": (lambda counts: counts.delayed, "magenta"),
    "failed": (lambda counts: max(0, counts.failed - counts.skipped), "red"),
    "skipped": (lambda counts: counts.skipped, "yellow"),
}
"""Columns that are there if something would stand in them."""


def _of(counts: TaskCounts, _rate: float) -> RenderableType:
    return f"{finished(counts):,}/{finished(counts) + counts.pending:,}"


def _rate(counts: TaskCounts, rate: float) -> RenderableType:
    if not rate or not counts.pending:
        return ""
    return f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.2g}/s"  # noqa: PLR2004 - two digits


def _left(counts: TaskCounts, rate: float) -> RenderableType:
    seconds = seconds_left(counts, rate)
    return "" if seconds is None else _whole_seconds(seconds)


def _whole_seconds(seconds: float) -> str:
    rounded = max(1, round(seconds))
    return f"{rounded} s" if rounded < 60 else shown_seconds(rounded)  # noqa: PLR2004 - a minute


def _bar(counts: TaskCounts, _rate: float) -> RenderableType:
    whole = finished(counts) + counts.pending
    return ProgressBar(total=whole or 1, completed=finished(counts), width=BAR_COLUMNS)


def _kinds(total: TaskCounts, columns: int) -> list[_Kind]:
    """The columns for which there is room, without those in which nothing would stand."""
    bar = [_Kind("", _bar)] if columns >= WIDE_COLUMNS else []
    numbers = [
        _Kind(name, _number(count, style))
        for name, (count, style) in _NUMBERS.items()
        if count(total)
    ]
    speed = [_Kind("", _rate), _Kind("left", _left)] if columns >= NARROW_COLUMNS else []
    return [*bar, _Kind("done", _of), *numbers, *speed]


def _one_line(text: Text, columns: int) -> Text:
    text.truncate(columns, overflow="ellipsis")
    text.no_wrap = True
    return text
