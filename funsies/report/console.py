"""Where reports go: stderr, in colours only if somebody looks at it on a terminal."""

from __future__ import annotations

from rich.console import Console


def make_console() -> Console:
    """A console on stderr. ``NO_COLOR`` and ``TERM=dumb`` are respected."""
    return Console(stderr=True, highlight=False, soft_wrap=True)
