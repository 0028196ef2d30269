"""What steps are called whose errors a program has met: for texts that ask no server."""

from __future__ import annotations

from typing import Final

MOST_NOTED: Final = 10_000

_noted: Final[dict[str, str]] = {}


def note_label(step: str, label: str) -> None:
    """Note what a step is called.

    Args:
        step: its hash, 64 hexadecimal digits.
        label: what it is called; the one before it is forgotten.
    """
    _noted.pop(step, None)
    _noted[step] = label
    if len(_noted) > MOST_NOTED:
        _noted.pop(next(iter(_noted)), None)


def noted_label(step: str | None) -> str | None:
    """What a step is called, as far as it was noted."""
    return None if step is None else _noted.get(step)
