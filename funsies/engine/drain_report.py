"""What a drain did, and why it ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class DrainEnd(Enum):
    """Why a drain ended."""

    EMPTY = "empty"
    """There was nothing left to claim."""
    STOPPED = "stopped"
    """It was asked to stop, or its time slice was over; there may be more to do."""
    PREEMPTED = "preempted"
    """An operation was interrupted and put back."""
    RETIRED = "retired"
    """This process must not go on, but a fresh one is to: see :mod:`.succession`."""


@dataclass(frozen=True, slots=True)
class DrainReport:
    """What a drain did.

    Attributes:
        evaluated: number of evaluations.
        published: number of results that were accepted.
        fenced: number of results that came too late and were dropped.
        end: why it ended.
    """

    evaluated: int
    published: int
    fenced: int
    end: DrainEnd
