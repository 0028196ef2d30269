"""Waiting for the end of a child process, with a timeout that cannot lose the exit status."""

from __future__ import annotations

import math
import os
import resource
import select
import sys
from types import TracebackType
from typing import Self


class ExitWatch:
    """Tells when a child has ended, without collecting it.

    It uses a process file descriptor (Linux) or a kernel queue (macOS), because an alarm that
    interrupts ``waitpid`` loses the status if both fall together.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        if sys.platform == "linux":
            self._descriptor = os.pidfd_open(pid)
        else:
            self._queue = select.kqueue()
            self._event = select.kevent(
                pid,
                filter=select.KQ_FILTER_PROC,
                flags=select.KQ_EV_ADD | select.KQ_EV_ENABLE,
                fflags=select.KQ_NOTE_EXIT,
            )

    def wait(self, timeout_seconds: float) -> bool:
        """Block until the child has ended, or the time is over; True if it has ended."""
        timeout_seconds = max(0.0, timeout_seconds)
        if sys.platform == "linux":
            poll = select.poll()
            poll.register(self._descriptor, select.POLLIN)
            return bool(poll.poll(math.ceil(1000 * timeout_seconds)))
        else:  # noqa: RET505 - the type checker knows the platform of a branch only
            try:
                return bool(self._queue.control([self._event], 1, timeout_seconds))
            except ProcessLookupError:  # it has ended already
                return True

    def collect(self) -> tuple[int, resource.struct_rusage]:
        """Wait for the child and return its exit status and what it used."""
        _, status, usage = os.wait4(self.pid, 0)
        return status, usage

    def close(self) -> None:
        """Give the descriptor back."""
        if sys.platform == "linux":
            os.close(self._descriptor)
        else:
            self._queue.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def peak_memory_bytes(usage: resource.struct_rusage) -> int:
    """Largest resident memory of a process: the kernel counts KiB on Linux, bytes on macOS."""
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
