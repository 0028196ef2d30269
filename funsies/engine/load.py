"""What a process and its descendants take of a machine: processors and memory."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LEAST_SECONDS: Final = 0.5
"""Between two looks at what processes take."""

MOST_PROCESSES: Final = 200
"""Looking at each takes some 40 microseconds; of more nothing is said."""

_PROC: Final = Path("/proc")
_TICKS_A_SECOND: Final = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")

_CPU_WORDS: Final = slice(11, 15)
"""Of a ``stat``, after the name: time in the program and in the kernel, and the same of
children that were waited for (proc_pid_stat(5))."""

_RESIDENT_WORD: Final = 21


@dataclass(frozen=True, slots=True)
class Load:
    """What processes take.

    Attributes:
        cpus: how many processors they keep busy.
        memory_bytes: resident memory of all of them; what they share counts for each.
    """

    cpus: float
    memory_bytes: int

    @property
    def written(self) -> str:
        """As it stands in a worker's record."""
        return f"{self.cpus:.2f} {self.memory_bytes}"


def read_load(written: str) -> Load | None:
    """Read what a worker has written; None if that is nothing, or is damaged."""
    cpus, _, memory_bytes = written.partition(" ")
    try:
        return Load(float(cpus), int(memory_bytes))
    except ValueError:
        return None


class LoadMeter:
    """Reads now and then what a process and its descendants take (Linux; elsewhere nothing).

    Args:
        pid: the process.
        clock: the time, monotonic seconds.
    """

    def __init__(self, pid: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._pid = pid
        self._clock = clock
        self._at, self._cpu_seconds = clock(), 0.0
        self._last: Load | None = None

    def read(self) -> Load | None:
        """What they have taken since the last time; None if that cannot be seen.

        What was said less than half a second ago is said again: processor time is counted in
        hundredths of a second.
        """
        if self._last is None or self._clock() - self._at >= LEAST_SECONDS:
            self._last = self._read()
        return self._last

    def _read(self) -> Load | None:
        stats = _stats_of_family(self._pid)
        if not stats or len(stats) > MOST_PROCESSES:
            return None
        now = self._clock()
        cpu_seconds = sum(_cpu_seconds(each) for each in stats)
        passed, used = now - self._at, cpu_seconds - self._cpu_seconds
        self._at, self._cpu_seconds = now, cpu_seconds
        memory_bytes = sum(int(each[_RESIDENT_WORD]) for each in stats) * _PAGE_BYTES
        return Load(max(0.0, used / passed) if passed > 0 else 0.0, memory_bytes)


def _cpu_seconds(stat: list[bytes]) -> float:
    return sum(map(int, stat[_CPU_WORDS])) / _TICKS_A_SECOND


def _stats_of_family(pid: int) -> list[list[bytes]]:
    """What the kernel says of a process and its descendants; not of all if there are many."""
    found: list[list[bytes]] = []
    left = [pid]
    while left and len(found) <= MOST_PROCESSES:
        place = _PROC / str(left.pop())
        with suppress(OSError):  # it has ended meanwhile, or this is not Linux
            words = (place / "stat").read_bytes().rpartition(b")")[2].split()
            found += [words] if len(words) > _RESIDENT_WORD else []
            for thread in (place / "task").iterdir():
                left += map(int, (thread / "children").read_bytes().split())
    return found
