"""Numbers of seconds that are longer than what systems can be told to wait at once."""

from __future__ import annotations

import time
from typing import Final

from .errors import OptionError

_STEADY: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""On Linux the monotonic clock stands still while the machine sleeps, and this one goes on."""

LONGEST_WAIT_SECONDS: Final = 1_000_000.0
"""Longest wait at once: polls take at most 24 days, timers of macOS three years.

Who has to wait for longer waits again.
"""

LONGEST_DELAY_SECONDS: Final = 1_000_000_000.0
"""Some 30 years: what the server's clock and counters can still be added to."""


def deadline_after(timeout_seconds: float | None) -> float | None:
    """When a timeout is over, by the monotonic clock; None for never.

    Raises:
        OptionError: if it is no number.

    >>> deadline_after(None), deadline_after(10**400)
    (None, inf)
    """
    if timeout_seconds is None:
        return None
    is_number = isinstance(timeout_seconds, (int, float))
    if not is_number or timeout_seconds != timeout_seconds:  # noqa: PLR0124 - NaN differs
        raise OptionError(
            "a timeout is a number of seconds, or None for as long as it takes, not "
            f"{timeout_seconds!r}"
        )
    try:
        return time.monotonic() + timeout_seconds
    except OverflowError:
        return float("inf")


def steady_seconds() -> float:
    """Seconds by a clock that nobody sets, and that goes on while the machine sleeps."""
    return time.clock_gettime(_STEADY)
