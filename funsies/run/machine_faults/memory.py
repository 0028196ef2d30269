"""Steps that run out of memory: what they used, what there was, and what to do about it."""

from __future__ import annotations

import functools
import os
import re
import resource
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from funsies.core.errors import Error, ErrorKind
from funsies.run.process_exit import peak_memory_bytes

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


MEMINFO = Path("/proc/meminfo")
_NO_LIMIT_BYTES: Final = 1 << 60
"""Control groups of version 1 without a limit say one that is larger than this."""

WORDS_OF_MEMORY: Final = (
    "Cannot allocate memory",
    "MemoryError",  # Python, NumPy
    "std::bad_alloc",
    "OutOfMemoryError",  # Java, CUDA
    "memory exhausted",  # GNU
    "out of memory",
    "Out of memory",
    "insufficient virtual memory",  # Fortran
)
"""What programs write to standard error when they are not given the memory they ask for."""

_REMEDY: Final = (
    "Give it more (a larger limit, fewer workers on this machine, or a queue of larger "
    "machines by options(queue=...)), or have the step hold less at once"
)


def out_of_memory(
    what: str,
    *,
    peak_bytes: int | None = None,
    signal: str | None = None,
    exit_code: int | None = None,
    exception: str | None = None,
) -> Error:
    """The error of a step that ran out of memory.

    Args:
        what: what happened, without a full stop.
        peak_bytes: largest resident memory of the process that ran it.
        signal: that ended it.
        exit_code: with which it ended.
        exception: that it raised.
    """
    return Error(
        kind=ErrorKind.OutOfMemory,
        details=f"{what}\n{explained(peak_bytes)}",
        signal=signal,
        exit_code=exit_code,
        exception=exception,
        peak_memory_bytes=peak_bytes,
    )


def explained(peak_bytes: int | None) -> str:
    """Say what was used, what there was, and what to do."""
    peak = "" if peak_bytes is None else f"It used {_shown(peak_bytes)} at its peak. "
    return f"{peak}The limit is {memory_limit()}.\n{_REMEDY}"


def lacks_memory(stderr_tail: str) -> bool:
    """True if a program says that it was not given the memory that it asked for."""
    return any(words in stderr_tail for words in WORDS_OF_MEMORY)


def own_peak_bytes() -> int:
    """Largest resident memory of this process so far."""
    return peak_memory_bytes(resource.getrusage(resource.RUSAGE_SELF))


def memory_limit() -> str:
    """The tightest limit on the memory of this process, and whose it is."""
    limits = sorted(_limits())
    return f"{_shown(limits[0][0])}, {limits[0][1]}" if limits else "not known"


def _limits() -> Iterator[tuple[int, str]]:
    for name, whose in (("RLIMIT_AS", "ulimit -v"), ("RLIMIT_DATA", "ulimit -d")):
        soft, _ = resource.getrlimit(getattr(resource, name))
        if soft != resource.RLIM_INFINITY:
            yield soft, f"that of each process ({whose})"
    for path in limit_files():
        with suppress(OSError, ValueError):  # no such file, or "max"
            limit_bytes = int(path.read_text())
            if limit_bytes < _NO_LIMIT_BYTES:
                yield limit_bytes, "that of its control group (a batch job, a container)"
    with suppress(OSError, ValueError, IndexError):
        yield int(MEMINFO.read_text().split()[1]) * 1024, "all memory of this machine"


def _shown(size_bytes: int) -> str:
    return f"{size_bytes / 2**20:,.0f} MiB"
