"""Numbers for people."""

from __future__ import annotations

_MINUTE = 60
_HOUR = 3600
_DAY = 24 * _HOUR


def shown_seconds(seconds: float) -> str:
    """Write a duration in a few characters.

    >>> [shown_seconds(each) for each in (0, 0.0042, 3.21, 75, 7384)]
    ['0 s', '4 ms', '3.2 s', '1m 15s', '2h 03m']
    """
    if seconds <= 0:
        return "0 s"
    if seconds < 1:
        return f"{max(1, round(seconds * 1000))} ms"
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    if seconds < _HOUR:
        return f"{int(seconds) // _MINUTE}m {int(seconds) % _MINUTE:02d}s"
    if seconds < _DAY:
        return f"{int(seconds) // _HOUR}h {int(seconds) % _HOUR // _MINUTE:02d}m"
    return f"{int(seconds) // _DAY}d {int(seconds) % _DAY // _HOUR:02d}h"


def counted(number: int, noun: str) -> str:
    """Write a number with its noun.

    >>> counted(1, "step"), counted(3, "step")
    ('1 step', '3 steps')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


_KILO = 1000


def shown_bytes(size_bytes: int) -> str:
    """Write a size in a few characters.

    >>> [shown_bytes(each) for each in (0, 999, 1234, 56_789_000, 10**13)]
    ['0 B', '999 B', '1.2 kB', '56.8 MB', '10.0 TB']
    """
    size, units = float(size_bytes), ["B", "kB", "MB", "GB", "TB", "PB"]
    while round(size, 1) >= _KILO and len(units) > 1:
        size, units = size / _KILO, units[1:]
    return f"{size_bytes} B" if units[0] == "B" else f"{size:.1f} {units[0]}"
