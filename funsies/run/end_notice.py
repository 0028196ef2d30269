"""Being told that a child process has ended, without collecting it."""

from __future__ import annotations

import os
import resource
import threading
from contextlib import suppress


class EndNotice:
    """Readable as soon as a child has ended.

    As long as it is not collected, its number is that of its group and of no other. Linux tells
    by a descriptor of the process. Elsewhere a thread waits, and on macOS before Python 3.13 it
    has to collect the child.

    Args:
        pid: the child.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._thread: threading.Thread | None = None
        self._collected: tuple[int, resource.struct_rusage] | None = None
        self._descriptor: int = _process_descriptor(pid)
        if self._descriptor < 0:
            self._descriptor, writer = os.pipe()
            self._thread = threading.Thread(target=self._wait, args=(writer,), daemon=True)
            self._thread.start()

    def fileno(self) -> int:
        """Descriptor to wait for."""
        return self._descriptor

    def returncode(self) -> int | None:
        """How it ended: exit code, or the negative number of a signal.

        Returns:
            None if somebody else has collected it.
        """
        if self._collected is not None:
            return os.waitstatus_to_exitcode(self._collected[0])
        with suppress(ChildProcessError):
            ending = os.waitid(os.P_PID, self._pid, os.WEXITED | os.WNOWAIT)
            if ending is not None:
                is_exit = ending.si_code == os.CLD_EXITED
                return ending.si_status if is_exit else -ending.si_status
        return None

    def collect(self) -> tuple[int, resource.struct_rusage] | None:
        """Wait for its end, and let go of it.

        Returns:
            Its status and what it and its descendants used; None if somebody else has it.
        """
        if self._thread is not None:
            self._thread.join()
        if self._collected is None:
            with suppress(ChildProcessError):
                _, status, usage = os.wait4(self._pid, 0)
                self._collected = status, usage
        self.close()
        return self._collected

    def close(self) -> None:
        """Give the descriptor back."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _wait(self, writer: int) -> None:
        try:
            if hasattr(os, "waitid"):
                os.waitid(os.P_PID, self._pid, os.WEXITED | os.WNOWAIT)
            else:
                _, status, usage = os.wait4(self._pid, 0)
                self._collected = status, usage
        except ChildProcessError:
            pass
        finally:
            os.close(writer)


def _process_descriptor(pid: int) -> int:
    """A descriptor that is readable when the process has ended; -1 where there is none."""
    with suppress(OSError, AttributeError):  # an old kernel, another system
        return os.pidfd_open(pid)
    return -1
