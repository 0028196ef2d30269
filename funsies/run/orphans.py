"""Processes whose parents have ended, and how they are ended all the same.

What a step leaves behind may have left its process group (``setsid``). On Linux a process can
ask to become the parent of descendants whose own parents have ended. A worker's process does
so; what a step leaves behind then turns up among its children.
"""

from __future__ import annotations

import ctypes
import functools
import os
import signal
import sys
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

WATCHER_NAME: Final = "funsies-watcher"
"""By which a watcher of commands is known among processes; see ``watcher.py``."""

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_CHILD_SUBREAPER: Final = 36
_PR_GET_CHILD_SUBREAPER: Final = 37
_MAX_GENERATIONS: Final = 1000
_STARTING_LOOKS: Final = 100
_STARTING_SECONDS: Final = 0.001
_THREADS: Final = "/proc/self/task"
_READ_BYTES: Final = 1 << 16


@functools.cache
def _system() -> ctypes.CDLL:
    return ctypes.CDLL(None)


def die_with_parent(number: signal.Signals) -> None:
    """Have the kernel send this signal when the parent process ends (Linux; else nothing)."""
    if sys.platform == "linux":
        _system().prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)


def become_subreaper() -> None:
    """Become the parent of descendants whose parents end (Linux; elsewhere nothing happens).

    Only for a process that funsies owns: its host program would not expect such children.
    """
    if sys.platform == "linux":
        _system().prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def is_subreaper() -> bool:
    """Whether descendants whose parents end become children of this process."""
    answer = ctypes.c_int(0)
    if sys.platform == "linux":
        _system().prctl(_PR_GET_CHILD_SUBREAPER, ctypes.byref(answer), 0, 0, 0)
    return bool(answer.value)


@contextmanager
def no_subreaper() -> Iterator[None]:
    """Let descendants whose parents end meanwhile become children of another process."""
    if not is_subreaper():
        yield
        return
    _system().prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
    try:
        yield
    finally:
        become_subreaper()


def has_children() -> bool:
    """True if this process has a child that runs or has not been waited for.

    One cheap call, made after every operation. Only on Linux; elsewhere children of children
    cannot be seen anyway.
    """
    if sys.platform == "linux":
        with suppress(ChildProcessError):
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            return True
    return False


class Orphanage:
    """Ends the orphans that have come to this process since the object was made.

    Does nothing unless this process is a subreaper.
    """

    def __init__(self) -> None:
        self._is_active = is_subreaper()
        self._known = _unknown_children(frozenset()) if self._is_active else frozenset()

    def clear(self, spare: Collection[int] = ()) -> None:
        """Kill all new children, and theirs, which become children of this process in turn.

        Watchers of steps whose process was killed are left to finish: they clean up.

        Args:
            spare: children that are no orphans.
        """
        for _ in range(_MAX_GENERATIONS if self._is_active else 0):
            orphans = _unknown_children({*self._known, *spare})
            if not orphans:
                return
            for pid in orphans:
                _kill_and_reap(pid)


def _kill_and_reap(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)


def _unknown_children(known: Collection[int]) -> frozenset[int]:
    """Children that are not known, and no watchers that have not ended."""
    if not has_children():
        return frozenset()
    return frozenset(
        pid for pid in _children_of_threads() if pid not in known and not _is_watcher(pid)
    )


def _is_watcher(pid: int) -> bool:
    """True of a watcher, also in the moment in which it starts and has no name yet."""
    with suppress(OSError):
        for _ in range(_STARTING_LOOKS):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            if words != [b""] or _has_ended(pid):
                return WATCHER_NAME.encode() in words
            time.sleep(_STARTING_SECONDS)
    return False


def _has_ended(pid: int) -> bool:
    """True of a process that nobody has collected yet: it has no command line any more."""
    about = Path(f"/proc/{pid}/stat").read_bytes()
    return about.rpartition(b")")[2].split()[:1] == [b"Z"]


def _children_of_threads() -> Iterator[int]:
    """All children: each is listed under the thread that has started it."""
    for thread in os.listdir(_THREADS):  # noqa: PTH208 - after each step: it is quicker
        with suppress(OSError):  # the thread has ended
            yield from map(int, _read(f"{_THREADS}/{thread}/children").split())


def _read(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        data = b""
        while piece := os.read(descriptor, _READ_BYTES):
            data += piece
        return data
    finally:
        os.close(descriptor)
