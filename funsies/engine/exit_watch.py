"""Waiting for the end of a child process, with a timeout that cannot lose the exit status."""

from __future__ import annotations

import math
import os
import resource
import select
import sys
import time
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from funsies.core.durations import LONGEST_WAIT_SECONDS

_LOOK_SECONDS: Final = 0.02
"""Pause between two looks where the kernel does not tell."""


class ExitWatch:
    """Tells when a child has ended, without collecting it.

    An alarm that interrupts ``waitpid`` would lose the status if both fall together. So the
    kernel is asked to tell, by a process file descriptor (Linux since 5.3) or a kernel queue
    (macOS); on an older Linux the child is looked at now and then.

    Attributes:
        pid: the child.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        if sys.platform == "linux":
            self._descriptor: int | None = None
            with suppress(OSError, AttributeError):  # an old kernel, or a Python made for one
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
        """Block until the child has ended, or the time is over; True if it has ended.

        Longer than some days it waits for nothing: who has to calls it again.
        """
        timeout_seconds = max(0.0, min(timeout_seconds, LONGEST_WAIT_SECONDS))
        if sys.platform == "linux":
            if self._descriptor is None:
                return _look_for(self.pid, timeout_seconds)
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
            if self._descriptor is not None:
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


if sys.platform == "linux":

    def _look_for(pid: int, seconds: float) -> bool:
        """Look at a child again and again until it has ended, or the time is over."""
        end = time.monotonic() + seconds
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        while os.waitid(os.P_PID, pid, flags) is None:
            if time.monotonic() >= end:
                return False
            time.sleep(min(_LOOK_SECONDS, seconds))
        return True
