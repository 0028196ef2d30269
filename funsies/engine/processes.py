"""Processes of workers: what they have ready, when they leave, and who ends with whom."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime
from importlib import import_module
from types import FrameType
from typing import Final

from funsies.core.options import Options, decode_options, encode_options
from funsies.core.python_plan import PythonPlan, decode_plan, encode_plan

_LEFT_OUT: Final = frozenset({"ManagedFun", "debug", "start", "stop"})


def preload() -> None:
    """Import what programs import of funsies, and what is made ready when it is first used."""
    public = import_module("funsies")  # by its name: it is no part of the engine
    for name in public.__all__:
        if name not in _LEFT_OUT:
            getattr(public, name)
    datetime.strptime("2000", "%Y").astimezone(UTC)
    decode_options(encode_options(Options()))
    decode_plan(encode_plan(PythonPlan(pickle=b"")))


def share_memory() -> None:
    """Have children leave alone what is there before they start: it need not be copied then."""
    gc.collect()
    gc.freeze()


_LONGEST_TIMER_SECONDS: Final = 100_000_000.0
"""Three years: macOS has no longer timers, and no job runs for so long."""


def leave_before_end(seconds_left: float, margin_seconds: float) -> bool:
    """Have this process asked to leave, as by SIGTERM, shortly before its time is over.

    Args:
        seconds_left: time until the batch system ends the process.
        margin_seconds: how long before that it is asked.

    Returns:
        False if that moment has passed, and nothing was done.
    """
    if seconds_left <= margin_seconds:
        return False
    signal.signal(signal.SIGALRM, _ask)
    rest_seconds = min(seconds_left - margin_seconds, _LONGEST_TIMER_SECONDS)
    signal.setitimer(signal.ITIMER_REAL, rest_seconds)
    return True


def _ask(_number: int, _frame: FrameType | None) -> None:
    os.kill(os.getpid(), signal.SIGTERM)


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
