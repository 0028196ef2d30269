"""States of steps in the terminal: each its colour."""

from __future__ import annotations

from typing import Final

from rich.text import Text

_STYLES: Final = {
    "done": "green",
    "failed": "red",
    "skipped": "yellow",
    "running": "blue",
    "delegated": "blue",
    "ready": "magenta",
    "delayed": "magenta",
    "waiting": "cyan",
}


VOLATILE: Final = "volatile"
"""Said of a finished step whose result comes from a failure of the machinery."""


def status_text(status: str, *, volatile: bool = False) -> Text:
    """A state, in its colour where there are colours.

    >>> str(status_text("done", volatile=True))
    'done volatile'
    """
    mark = (f" {VOLATILE}", "bold magenta") if volatile else ""
    return Text.assemble((status, _STYLES.get(status, "dim")), mark)


def volatile_text(number: int) -> Text:
    """How many of the steps that are told of are volatile.

    >>> str(volatile_text(3))
    '3 volatile'
    """
    return Text.assemble(f"{number:,} ", (VOLATILE, "bold magenta"))
