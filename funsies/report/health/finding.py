"""One thing that was found, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    """Work goes on; it may not for long, or not as it should."""
    PROBLEM = "problem"
    """Something does not work, or will be lost."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found.

    Attributes:
        level: how bad it is.
        area: ``server``, ``data``, ``workers``, ``state`` or ``graph``.
        name: of this kind of finding; stable, for programs.
        message: what was found.
        remedy: what to do about it, in a line; empty if nothing is wrong.
    """

    level: Level
    area: str
    name: str
    message: str
    remedy: str = ""


def unseen(area: str, why: str) -> Finding:
    """What could not be looked at."""
    return Finding(
        Level.PROBLEM, area, "unseen", f"it cannot be seen: {why}", "mend that, and look again"
    )
