"""The closing table of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from funsies.core.cutting import printable

from .numbers import shown_seconds
from .summary import TaskSummary, total

_STYLES = {"done": "green", "cached": "cyan", "failed": "red", "skipped": "yellow"}
_SELDOM = {"unfinished": "blue", "volatile": "magenta"}
"""Columns that are there if they are needed."""


def closing_table(lines: Sequence[TaskSummary]) -> Table:
    """Lay out what a run came to: one row a task name, and their sum.

    Args:
        lines: by task name.
    """
    sums = total(lines)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_footer=len(lines) > 1)
    table.add_column("task", footer="all", overflow="fold")
    for name, style in _STYLES.items():
        table.add_column(name, justify="right", footer=_number(getattr(sums, name), style))
    seldom = {name: style for name, style in _SELDOM.items() if getattr(sums, name)}
    for name in seldom:
        table.add_column(name, justify="right", footer=str(getattr(sums, name)))
    table.add_column("time", justify="right", footer=shown_seconds(sums.busy_seconds))
    for line in lines:
        table.add_row(*_cells(line, _STYLES | seldom))
    return table


def _cells(line: TaskSummary, styles: Mapping[str, str]) -> list[Text]:
    numbers = [_number(getattr(line, name), style) for name, style in styles.items()]
    name, seconds = Text(printable(line.task)), Text(shown_seconds(line.busy_seconds))
    return [name, *numbers, seconds]


def _number(number: int, style: str) -> Text:
    return Text(str(number), style=style if number else "dim")
