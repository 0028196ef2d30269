"""Leaving before a batch system ends the job."""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import Final

SHORTEST_SECONDS: Final = 0.001
"""A timer of zero would never ring."""


def leave_before_end(seconds_left: float, margin_seconds: float) -> None:
    """Have this process asked to leave, as by SIGTERM, shortly before its time is over.

    Args:
        seconds_left: time until the batch system ends the process.
        margin_seconds: how long before that it is asked.
    """
    signal.signal(signal.SIGALRM, _ask)
    pause_seconds = max(seconds_left - margin_seconds, SHORTEST_SECONDS)
    signal.setitimer(signal.ITIMER_REAL, pause_seconds)


def _ask(_number: int, _frame: FrameType | None) -> None:
    os.kill(os.getpid(), signal.SIGTERM)
