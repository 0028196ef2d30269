"""How a process ended and what it used, in words and numbers that are the same everywhere."""

from __future__ import annotations

import resource
import signal
import sys


def signal_name(number: int) -> str:
    """Name of a signal; its number if it has none, as real-time signals have.

    >>> signal_name(9), signal_name(40)
    ('SIGKILL', 'signal 40')
    """
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def peak_memory_bytes(usage: resource.struct_rusage) -> int:
    """Largest resident memory of a process: the kernel counts KiB on Linux, bytes on macOS."""
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
