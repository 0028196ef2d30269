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


def status_text(status: str) -> Text:
    """A state, in its colour where there are colours."""
    return Text(status, style=_STYLES.get(status, "dim"))
