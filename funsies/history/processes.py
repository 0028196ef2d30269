"""Which process wrote something down, and whether it is gone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import msgspec

from funsies.run.record import HOST

_START_TIME: Final = 19
"""Place of the time when it started, among what follows a process's name in its ``stat``."""


class Process(msgspec.Struct, frozen=True, omit_defaults=True):
    """A process.

    Attributes:
        host: name of its machine.
        pid: its number there.
        boot: what tells this start of the machine from others; empty where that is not told.
        space: in which numbers of processes are those of this one (a container has its own).
        start: when it started, in ticks of that machine: numbers are used again.
    """

    host: str
    pid: int
    boot: str = ""
    space: str = ""
    start: str = ""

    @property
    def is_gone(self) -> bool:
        """True if it is known to have ended: that is seen only on its own machine."""
        here = this_process()
        was_started_again = self.host == here.host and self.boot != here.boot
        return was_started_again or (self._is_seen_from(here) and not _is_alive(self))

    @property
    def is_alive(self) -> bool:
        """True if it is known to live."""
        return self._is_seen_from(this_process()) and _is_alive(self)

    def _is_seen_from(self, here: Process) -> bool:
        return (self.host, self.boot, self.space) == (here.host, here.boot, here.space)


def this_process() -> Process:
    """The process that asks."""
    pid = os.getpid()
    return Process(
        HOST,
        pid,
        _text(Path("/proc/sys/kernel/random/boot_id")).strip(),
        _space(),
        _start_of(pid),
    )


def _is_alive(process: Process) -> bool:
    if process.start:
        return _start_of(process.pid) == process.start
    try:
        os.kill(process.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it is somebody else's
        return True
    return True


def _start_of(pid: int) -> str:
    """When a process started; empty if there is none, it is a zombie, or that is not told."""
    words = _text(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return "" if len(words) <= _START_TIME or words[0] in "ZX" else words[_START_TIME]


def _space() -> str:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:  # not Linux
        return ""


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
