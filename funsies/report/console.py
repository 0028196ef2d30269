"""Where reports and data go, in colours only if somebody looks at it on a terminal.

``NO_COLOR`` and ``TERM=dumb`` are respected. Elsewhere no line is cut or folded, so that
programs like ``grep`` find whole names.
"""

from __future__ import annotations

import sys
from typing import Final

from rich.console import Console

NO_LIMIT: Final = 10_000
"""Columns of what is no terminal."""


def make_console() -> Console:
    """A console on stderr, for what is no data."""
    width = None if sys.stderr.isatty() else NO_LIMIT
    return Console(stderr=True, highlight=False, soft_wrap=True, width=width)


def data_console() -> Console:
    """A console on stdout, for what was asked for."""
    width = None if sys.stdout.isatty() else NO_LIMIT
    return Console(highlight=False, soft_wrap=True, width=width)
