"""The most memory that any process of the workers had at a time."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self


class PeakMemory:
    """Looks again and again at the worker processes that this one has started.

    The kernel keeps the peak of each process, so that only what lives for less than a pause may
    be missed. Commands of shell steps do not count: they are no processes of funsies.

    Args:
        pause_seconds: between two looks, each of which takes a third of a millisecond.

    Attributes:
        mebibytes: the largest peak of one process.
    """

    def __init__(self, pause_seconds: float = 0.02) -> None:
        self._pause_seconds = pause_seconds
        self.mebibytes: int = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(self._pause_seconds):
            for pid in _workers(os.getpid()):
                self.mebibytes = max(self.mebibytes, _peak_mebibytes(pid))


def _workers(pid: int) -> Iterator[int]:
    """Pools, workers and work-horses below a process: they have the command of the pool."""
    for child in _children(pid):
        if b"--workers" in _read(f"/proc/{child}/cmdline").split(b"\0"):
            yield child
            yield from _workers(child)


def _children(pid: int) -> list[int]:
    tasks = (f"/proc/{pid}/task/{each}/children" for each in _names(f"/proc/{pid}/task"))
    return [int(each) for task in tasks for each in _read(task).split()]


def _peak_mebibytes(pid: int) -> int:
    """Largest resident size that a process has had, in MiB; 0 if it is gone."""
    lines = _read(f"/proc/{pid}/status").splitlines()
    return next((int(line.split()[1]) >> 10 for line in lines if line[:6] == b"VmHWM:"), 0)


def _names(directory: str) -> list[str]:
    with suppress(OSError):
        return os.listdir(directory)  # noqa: PTH208 - these are not paths
    return []


def _read(path: str) -> bytes:
    with suppress(OSError):
        return Path(path).read_bytes()
    return b""
