"""Where reports and data go, in colours only if somebody looks at it on a terminal."""

from __future__ import annotations

import sys
from typing import Final, TextIO

from rich.console import Console
from rich.text import Text
from typing_extensions import override

from .results import VOLATILE

NO_LIMIT: Final = 10_000
"""Columns of what is no terminal."""


class _Console(Console):
    """A console whose reader may go away, as that of a plain stream."""

    @override
    def on_broken_pipe(self) -> None:
        raise  # noqa: PLE0704 - what it is called for: Rich would leave with exit code 1


def make_console() -> Console:
    """A console on stderr, for what is no data."""
    return _Console(stderr=True, highlight=False, soft_wrap=True, width=_width(sys.stderr))


def data_console() -> Console:
    """A console on stdout, for what was asked for."""
    return _Console(highlight=False, soft_wrap=True, width=_width(sys.stdout))


def _width(stream: TextIO | None) -> int | None:
    """None for that of a terminal; programs in the background may have no such stream."""
    return None if stream is not None and stream.isatty() else NO_LIMIT


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
