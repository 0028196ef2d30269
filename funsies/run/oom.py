"""Telling a kill for want of memory from other kills."""

from __future__ import annotations

import functools
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Final

VMSTAT = Path("/proc/vmstat")
CGROUP = Path("/proc/self/cgroup")
CGROUP_ROOT = Path("/sys/fs/cgroup")
_KILLS: Final = re.compile(rb"^oom_kill (\d+)$", re.MULTILINE)
_MOST_BYTES: Final = 1 << 16


def out_of_memory_kills() -> int:
    """Count kills for want of memory so far: of this control group, or else of the machine.

    The kernel tells nobody why it sent SIGKILL, but it counts. Two counts that differ, before
    and after the death of a process, say what it died of.
    """
    for descriptor in _counters(CGROUP, VMSTAT):
        with suppress(OSError):
            if (kills := _count(os.pread(descriptor, _MOST_BYTES, 0))) is not None:
                return kills
    return 0


@functools.cache
def _counters(_group: Path, machine: Path) -> tuple[int, ...]:
    """Descriptors of the files that count, the best first; steps are many: they stay open."""
    opened = []
    for path in (*_group_files("memory.events", "memory.oom_control"), machine):
        with suppress(OSError):
            opened.append(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
    return tuple(opened)


def close_counters() -> None:
    """Close the files that count: no more steps are run here."""
    if _counters.cache_info().currsize:
        opened = _counters(CGROUP, VMSTAT)
        _counters.cache_clear()
        for descriptor in opened:
            os.close(descriptor)


def limit_files() -> list[Path]:
    """Where limits on the memory of this process may be said: its group and those above."""
    files = _group_files("memory.max", "memory.limit_in_bytes")
    return [place / file.name for file in files for place in file.parents]


def _group_files(name_2: str, name_1: str) -> list[Path]:
    """Where a file of this process's control group may be, by its names in versions 2 and 1."""
    try:
        lines = CGROUP.read_text().splitlines()
    except OSError:
        return []
    files = []
    for line in lines:
        _, controllers, group = line.split(":", 2)
        inside = group.lstrip("/")
        if not controllers:
            files.append(CGROUP_ROOT / inside / name_2)
        elif "memory" in controllers.split(","):
            files.append(CGROUP_ROOT / "memory" / inside / name_1)
    return files


def _count(data: bytes) -> int | None:
    found = _KILLS.search(data)
    return found and int(found[1])
