"""Processor time of processes, to the microsecond where the kernel tells it."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

_CLOCK_OF_A_PROCESS: Final = 2
"""The kernel numbers the processor clocks of processes so; see ``clock_getcpuclockid(3)``."""
_PARENT: Final = 1
_CHILDREN: Final = slice(13, 15)
"""Where ``/proc/<pid>/stat`` has the time of children that have ended, after the name."""


def cpu_seconds(pid: int) -> float:
    """Time of a process and of its children that have ended; 0 if it is gone."""
    with suppress(OSError):
        children = sum(map(int, _stat(pid)[_CHILDREN])) / os.sysconf("SC_CLK_TCK")
        return time.clock_gettime(~pid << 3 | _CLOCK_OF_A_PROCESS) + children
    return 0.0


def cpu_seconds_below(pid: int, *, without: int | None = None) -> float:
    """Time of all that a process has started, and what that has started, and so on.

    Args:
        pid: the process; its own time does not count.
        without: leave out this process and what is below it.
    """
    return sum(map(cpu_seconds, _below(pid, _children(), without)))


def cpu_seconds_marked(mark: str) -> float:
    """Time of all others whose environment has this text, however they were started."""
    pids = (int(entry.name) for entry in os.scandir("/proc") if entry.name.isdigit())
    return sum(cpu_seconds(pid) for pid in pids if pid != os.getpid() and _has(pid, mark))


def _has(pid: int, mark: str) -> bool:
    with suppress(OSError):
        return mark.encode() in Path(f"/proc/{pid}/environ").read_bytes()
    return False


def _below(pid: int, children: dict[int, list[int]], without: int | None) -> Iterator[int]:
    for child in children[pid]:
        if child != without:
            yield child
            yield from _below(child, children, without)


def _children() -> dict[int, list[int]]:
    """The children of each process, also those that have ended and were not yet waited for."""
    children = defaultdict(list)
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with suppress(OSError):
                pid = int(entry.name)
                children[int(_stat(pid)[_PARENT])].append(pid)
    return children


def _stat(pid: int) -> list[str]:
    text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    return text.rpartition(")")[2].split()
