"""Processes: a horse dies with its parent, and leaves none behind."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import suppress
from typing import Final

_PR_SET_PDEATHSIG: Final = 1


def die_with_parent(number: signal.Signals) -> None:
    """Have the kernel send this signal when the parent process ends (Linux; else nothing)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)


def lead_group(pid: int) -> None:
    """Make a process the leader of a group; parent and child both do it, whoever is first."""
    with suppress(PermissionError, ProcessLookupError):  # the other was first, or it has ended
        os.setpgid(pid, pid)


def kill_group(leader: int) -> None:
    """Kill a process group, if there is one."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
