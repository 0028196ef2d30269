"""The table of workers: who does what, in the width of a terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from rich.table import Table
from rich.text import Text

from funsies.core.cutting import printable

from .numbers import shown_bytes, shown_seconds
from .occupation import Occupation

WIDE_COLUMNS: Final = 100
"""Terminals that are narrower have no room for what is seldom asked for."""

_STYLES: Final = {"running": "blue", "silent": "red"}


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: its head, what stands in it, and whether it is on wide terminals only."""

    name: str
    cell: Callable[[Occupation], Text]
    justify: Literal["left", "right"] = "left"
    is_for_wide: bool = False


def occupation_table(shown: Sequence[Occupation], columns: int = WIDE_COLUMNS) -> Table:
    """Draw who does what: a row each, cut to the width of the terminal.

    Columns in which nothing would stand are left out.

    Args:
        shown: who.
        columns: of the terminal.
    """
    table = Table.grid(padding=(0, 2, 0, 0))
    kept = [
        each
        for each in _COLUMNS
        if (columns >= WIDE_COLUMNS or not each.is_for_wide) and _has_any(each, shown)
    ]
    for each in kept:
        table.add_column(each.name, justify=each.justify, no_wrap=True)
    table.add_column("step", no_wrap=True, overflow="ellipsis", ratio=1)
    table.add_row(*(Text(str(column.header), "dim") for column in table.columns))
    for one in shown:
        table.add_row(*(each.cell(one) for each in kept), Text(printable(one.step)))
    return table


def _has_any(column: _Column, shown: Sequence[Occupation]) -> bool:
    return any(column.cell(each) for each in shown)


def _who(each: Occupation) -> Text:
    return Text(f"{printable(each.host)}:{each.pid}")


def _queues(each: Occupation) -> Text:
    return Text(printable(", ".join(each.queues))) if each.name else Text("(a program)", "dim")


def _seconds(each: Occupation) -> Text:
    seconds = each.silent_seconds if each.state == "silent" else each.seconds
    return Text("" if seconds is None else shown_seconds(seconds))


def _cpu(each: Occupation) -> Text:
    return Text("" if each.cpus is None else f"{each.cpus:.0%}")


def _memory(each: Occupation) -> Text:
    return Text("" if each.memory_bytes is None else shown_bytes(each.memory_bytes))


_COLUMNS: Final = (
    _Column("worker", _who),
    _Column("queues", _queues, is_for_wide=True),
    _Column("state", lambda each: Text(each.state, _STYLES.get(each.state, "dim"))),
    _Column("for", _seconds, "right"),
    _Column("cpu", _cpu, "right"),
    _Column("memory", _memory, "right"),
    _Column("run", lambda each: Text("" if each.run is None else str(each.run)), "right"),
)
