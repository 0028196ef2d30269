"""Where reports and data go, in colours only if somebody looks at it on a terminal.

``NO_COLOR`` and ``TERM=dumb`` are respected. Elsewhere no line is cut or folded, so that
programs like ``grep`` find whole names.
"""

from __future__ import annotations

import sys
from typing import Final

from rich.console import Console
from typing_extensions import override

NO_LIMIT: Final = 10_000
"""Columns of what is no terminal."""


class _Console(Console):
    """A console whose reader may go away, as that of a plain stream."""

    @override
    def on_broken_pipe(self) -> None:
        raise  # noqa: PLE0704 - what it is called for: Rich would leave with exit code 1


def make_console() -> Console:
    """A console on stderr, for what is no data."""
    width = None if sys.stderr.isatty() else NO_LIMIT
    return _Console(stderr=True, highlight=False, soft_wrap=True, width=width)


def data_console() -> Console:
    """A console on stdout, for what was asked for."""
    width = None if sys.stdout.isatty() else NO_LIMIT
    return _Console(highlight=False, soft_wrap=True, width=width)
