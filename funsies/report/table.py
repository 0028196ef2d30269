"""What a run came to, as a table: when it ends, and when somebody looks later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from rich import box
from rich.table import Table
from rich.text import Text

from funsies.core.cutting import printable
from funsies.store.rows.run_rows import StepCounts

from .numbers import shown_seconds

_STYLES: Final = {"done": "green", "cached": "cyan", "failed": "red", "skipped": "yellow"}
_SELDOM: Final = {"unfinished": "blue", "volatile": "magenta"}
"""Columns that are there if they are needed."""


def sum_of(counts: Iterable[StepCounts]) -> StepCounts:
    """What became of the steps of all tasks."""
    some = list(counts)
    names = StepCounts.__struct_fields__
    return StepCounts(**{name: sum(getattr(each, name) for each in some) for name in names})


def counts_table(counts: Mapping[str, StepCounts]) -> Table:
    """Lay out what a run came to: one row a task name, and their sum.

    Args:
        counts: by task name.
    """
    sums = sum_of(counts.values())
    styles = _STYLES | {name: each for name, each in _SELDOM.items() if getattr(sums, name)}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_footer=len(counts) > 1)
    table.add_column("task", footer="all", overflow="fold")
    for name, style in styles.items():
        table.add_column(name, justify="right", footer=_number(getattr(sums, name), style))
    table.add_column("time", justify="right", footer=shown_seconds(sums.seconds))
    for task, each in counts.items():
        numbers = [_number(getattr(each, name), style) for name, style in styles.items()]
        table.add_row(Text(printable(task)), *numbers, shown_seconds(each.seconds))
    return table


def _number(number: int, style: str) -> Text:
    return Text(f"{number:,}", style=style if number else "dim")
