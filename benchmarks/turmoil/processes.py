"""What processes there are, and which of them belong to a run."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from funsies.run.orphans import WATCHER_NAME


@dataclass(frozen=True)
class Process:
    """A process as ``/proc`` shows it."""

    pid: int
    parent: int
    state: str
    command: tuple[str, ...]

    @property
    def is_watcher(self) -> bool:
        """True for the shell that cleans up after a step that is killed."""
        return WATCHER_NAME in self.command


def all_processes() -> dict[int, Process]:
    """Those that run now."""
    return {each.pid: each for each in map(_read, _pids()) if each is not None}


def below(pid: int, processes: dict[int, Process]) -> list[Process]:
    """Children of a process, their children, and so on."""
    children = [each for each in processes.values() if each.parent == pid]
    return children + [deep for each in children for deep in below(each.pid, processes)]


def marked(mark: str) -> list[Process]:
    """Those whose environment holds this text, however they were started."""
    return [
        each
        for each in all_processes().values()
        if each.pid != os.getpid() and each.state != "Z" and mark in _environment(each.pid)
    ]


def send(pid: int, number: signal.Signals) -> bool:
    """Send a signal; False if there is no such process."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)
        return True
    return False


def descriptors(pid: int) -> int:
    """Number of open files of a process; 0 if it is gone."""
    with suppress(OSError):
        return len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208 - these are not paths
    return 0


def resident_bytes(pid: int) -> int:
    """Memory of a process; 0 if it is gone."""
    with suppress(OSError):
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    return 0


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and of its children that have ended; 0 if it is gone."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2]
        return sum(map(int, fields.split()[11:15])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _pids() -> Iterator[int]:
    return (int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit())


def _read(pid: int) -> Process | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2]
        command = Path(f"/proc/{pid}/cmdline").read_text("utf-8", "replace").split("\0")
    except OSError:
        return None
    state, parent = fields.split()[:2]
    return Process(pid, int(parent), state, tuple(command))


def _environment(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/environ").read_text("utf-8", "replace")
    return ""
