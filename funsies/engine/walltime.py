"""Leaving before a batch system ends the job."""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import Final

_LONGEST_TIMER_SECONDS: Final = 100_000_000.0
"""Three years: macOS has no longer timers, and no job runs for so long."""


def leave_before_end(seconds_left: float, margin_seconds: float) -> bool:
    """Have this process asked to leave, as by SIGTERM, shortly before its time is over.

    Args:
        seconds_left: time until the batch system ends the process.
        margin_seconds: how long before that it is asked.

    Returns:
        False if that moment has passed, and nothing was done.
    """
    if seconds_left <= margin_seconds:
        return False
    signal.signal(signal.SIGALRM, _ask)
    rest_seconds = min(seconds_left - margin_seconds, _LONGEST_TIMER_SECONDS)
    signal.setitimer(signal.ITIMER_REAL, rest_seconds)
    return True


def _ask(_number: int, _frame: FrameType | None) -> None:
    os.kill(os.getpid(), signal.SIGTERM)
