"""The end of a child process and its group: bringing it about, being told of it, naming it."""

from __future__ import annotations

import math
import os
import resource
import select
import signal
import subprocess
import sys
import threading
from contextlib import closing, suppress
from typing import Final

from funsies.core.durations import LONGEST_WAIT_SECONDS


def signal_name(number: int) -> str:
    """Name of a signal; its number if it has none, as real-time signals have.

    >>> signal_name(9), signal_name(40)
    ('SIGKILL', 'signal 40')
    """
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def peak_memory_bytes(usage: resource.struct_rusage) -> int:
    """Largest resident memory of a process: the kernel counts KiB on Linux, bytes on macOS."""
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


class ExitNotice:
    """Tells that a child has ended, without collecting it.

    As long as it is not collected, its number is that of its group and of no other. An alarm
    that interrupts ``waitpid`` would lose the status if both fall together. So Linux is asked
    to tell, by a descriptor of the process. Where there is none (Linux before 5.3, macOS) a
    thread waits, and on macOS before Python 3.13 it has to collect the child; who only waits is
    told by a kernel queue there.

    Args:
        pid: the child.
    """

    def __init__(self, pid: int) -> None:
        self.pid: int = pid
        self._thread: threading.Thread | None = None
        self._collected: tuple[int, resource.struct_rusage] | None = None
        self._descriptor: int = _process_descriptor(pid)

    def fileno(self) -> int:
        """Descriptor that is readable when the child has ended."""
        if self._descriptor < 0:
            self._descriptor, writer = os.pipe()
            self._thread = threading.Thread(target=self._wait, args=(writer,), daemon=True)
            self._thread.start()
        return self._descriptor

    def wait(self, timeout_seconds: float) -> bool:
        """Block until the child has ended, or the time is over; True if it has ended.

        Longer than some days it waits for nothing: who has to calls it again.
        """
        timeout_seconds = max(0.0, min(timeout_seconds, LONGEST_WAIT_SECONDS))
        if sys.platform == "darwin":
            return _queue_tells(self.pid, timeout_seconds)
        poll = select.poll()
        poll.register(self.fileno(), select.POLLIN)
        return bool(poll.poll(math.ceil(1000 * timeout_seconds)))

    def returncode(self) -> int | None:
        """How it ended: exit code, or the negative number of a signal.

        Returns:
            None if somebody else has collected it.
        """
        if self._collected is not None:
            return os.waitstatus_to_exitcode(self._collected[0])
        with suppress(ChildProcessError):
            ending = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
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
                _, status, usage = os.wait4(self.pid, 0)
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
                os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
            else:
                _, status, usage = os.wait4(self.pid, 0)
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


if sys.platform == "darwin":

    def _queue_tells(pid: int, timeout_seconds: float) -> bool:
        """Wait for the end of a process by a kernel queue; True if it has ended."""
        event = select.kevent(
            pid,
            filter=select.KQ_FILTER_PROC,
            flags=select.KQ_EV_ADD | select.KQ_EV_ENABLE,
            fflags=select.KQ_NOTE_EXIT,
        )
        with closing(select.kqueue()) as queue:
            try:
                return bool(queue.control([event], 1, timeout_seconds))
            except ProcessLookupError:  # it has ended already
                return True


_left: Final[list[int]] = []


def leave(child: subprocess.Popen[bytes]) -> None:
    """Wait no longer for a child: it goes on, or was killed and cannot end yet, or has ended.

    Python would complain about it where it is forgotten, and at the end of this process. Who
    leaves another one, or calls :func:`collect_left`, collects it when it has ended.
    """
    collect_left()
    if child.poll() is None:
        child.returncode = 0
        _left.append(child.pid)


def collect_left() -> None:
    """Collect those that were left and have ended by now."""
    _left[:] = [pid for pid in _left if _runs(pid)]


def _runs(child: int) -> bool:
    with suppress(ChildProcessError):  # somebody has collected it, or it is our parent's
        return os.waitpid(child, os.WNOHANG) == (0, 0)
    return False


def lead_group(pid: int) -> None:
    """Make a process the leader of a group; parent and child both do it, whoever is first."""
    with suppress(PermissionError, ProcessLookupError):  # the other was first, or it has ended
        os.setpgid(pid, pid)


def kill_group(leader: int) -> None:
    """Kill a process group, if there is one."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
