"""Which process wrote something down, and whether it is gone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from funsies.run.execution import HOST
from funsies.store.rows.run_rows import Process

_START_TIME: Final = 19
"""Place of the time when it started, among what follows a process's name in its ``stat``."""


def is_gone(process: Process) -> bool:
    """True if it is known to have ended: that is seen only on its own machine."""
    here = this_process()
    was_started_again = process.host == here.host and process.boot != here.boot
    return was_started_again or (_shares_numbers(process, here) and not _is_there(process))


def is_alive(process: Process) -> bool:
    """True if it is known to live."""
    return _shares_numbers(process, this_process()) and _is_there(process)


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


def _shares_numbers(process: Process, here: Process) -> bool:
    return (process.host, process.boot, process.space) == (here.host, here.boot, here.space)


def _is_there(process: Process) -> bool:
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
