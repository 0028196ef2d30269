"""One running command of a shell step, and what it writes."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

# Waits for a line before it becomes what runs the command. If this process ends or is
# interrupted before it has taken note of the command, the line never comes.
_GATE: Final = ("/bin/sh", "-c", 'read -r funsies_gate && exec "$@" < /dev/null', "funsies")

# How bash hands on functions (``module`` on many clusters); other shells drop these variables.
_FUNCTION: Final = "BASH_FUNC_"

_READ_BYTES: Final = 1 << 16
_READS_TO_EMPTY_A_PIPE: Final = 17  # Linux lets nobody but root have more than 1 MiB in one


class TooMuchOutputError(Exception):
    """A command wrote more than it may.

    Attributes:
        stream: ``"stdout"`` or ``"stderr"``.
    """

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.stream = stream


class Stream:
    """What a command writes, on its way from a pipe to a new file.

    Args:
        name: ``"stdout"`` or ``"stderr"``.
        pipe: from which to read, without ever waiting.
        path: the file.
        max_bytes: how much may come; None for no limit.
    """

    def __init__(self, name: str, pipe: IO[bytes], path: Path, max_bytes: int | None) -> None:
        self._name = name
        self._pipe = pipe
        self._max_bytes = max_bytes
        self._moved_bytes = 0
        self._file = path.open("xb", buffering=0)
        os.set_blocking(pipe.fileno(), False)

    def fileno(self) -> int:
        """Descriptor to wait for."""
        return self._pipe.fileno()

    def move(self) -> bool:
        """Move some bytes; False at the end, when nobody can write any more.

        Raises:
            TooMuchOutputError: if these are more than the command may write.
        """
        try:
            data = os.read(self._pipe.fileno(), _READ_BYTES)
        except BlockingIOError:
            return True
        room = len(data) if self._max_bytes is None else self._max_bytes - self._moved_bytes
        self._write(memoryview(data)[:room])
        if len(data) > room:
            raise TooMuchOutputError(self._name)
        return bool(data)

    def _write(self, data: memoryview) -> None:
        self._moved_bytes += len(data)
        while data:
            data = data[self._file.write(data) :]

    def empty(self) -> None:
        """Move what is in the pipe by now; whoever goes on writing is not waited for."""
        for _ in range(_READS_TO_EMPTY_A_PIPE):
            if not self.move():
                return

    def close(self) -> None:
        """Close the pipe and the file."""
        self._pipe.close()
        self._file.close()


class Command:
    """A command: readable, to a selector, when it has ended.

    It starts when :meth:`release` is called, and leads a session and process group of its own.
    Its end is noted without collecting the process, where the system can do that (macOS only
    with Python 3.13): as long as it is there, its number is that of its group and of no other.

    Args:
        words: the program, found on the ``PATH`` of the environment, and its arguments.
        directory: where it runs.
        environment: all of its environment.

    Raises:
        OSError: if it cannot be started.
    """

    def __init__(
        self, words: Sequence[str], directory: Path, environment: Mapping[str, str]
    ) -> None:
        self._process = subprocess.Popen(
            [*_GATE, *_through_the_gate(environment), *words],
            bufsize=0,
            cwd=directory,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self.streams: list[Stream] = []
        self.returncode: int | None = None
        self.has_ended: bool = False
        self.usage: resource.struct_rusage | None = None
        self._reader, self._writer = os.pipe()
        self._thread = threading.Thread(target=self._wait, daemon=True)
        self._thread.start()

    @property
    def group(self) -> int:
        """Number of its process group."""
        return self._process.pid

    def stream_to(self, stdout: Path, stderr: Path, max_bytes: int | None) -> None:
        """Say where its output goes, and how much of it."""
        pipes = {
            "stdout": (self._process.stdout, stdout),
            "stderr": (self._process.stderr, stderr),
        }
        for name, (pipe, path) in pipes.items():
            if pipe is not None:
                self.streams.append(Stream(name, pipe, path, max_bytes))

    def release(self) -> None:
        """Let it start."""
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):  # somebody has killed it already
                self._process.stdin.write(b"\n")
            self._process.stdin.close()

    def fileno(self) -> int:
        """Descriptor that becomes readable when the command has ended."""
        return self._reader

    def note_end(self) -> None:
        """Take note that the descriptor has become readable."""
        self._thread.join()
        self.has_ended = True

    def signal_group(self, number: signal.Signals) -> None:
        """Send a signal to the command and all its descendants that stayed in its group."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.group, number)

    def collect(self) -> None:
        """Wait for the end, let go of the process, and close what is open."""
        self._thread.join()
        self._reap()
        os.close(self._reader)
        for stream in self.streams:
            stream.close()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def _reap(self) -> None:
        """Let go of the process, and take note of what it and its descendants used."""
        if self._process.returncode is None:
            with suppress(ChildProcessError):  # somebody else has taken it
                _, status, self.usage = os.wait4(self._process.pid, 0)
                self._process.returncode = os.waitstatus_to_exitcode(status)
        self._process.wait()

    def _wait(self) -> None:
        try:
            self.returncode = _wait_for_end(self._process)
        finally:
            os.close(self._writer)


def _through_the_gate(environment: Mapping[str, str]) -> list[str]:
    """Words before those of the command that give it the functions of bash."""
    functions = [
        f"{name}={environment[name]}" for name in environment if name.startswith(_FUNCTION)
    ]
    return ["/usr/bin/env", *functions] if functions else []


def _wait_for_end(process: subprocess.Popen[bytes]) -> int:
    if not hasattr(os, "waitid"):
        return process.wait()
    ending = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    if ending is None:
        raise ChildProcessError("a process ended without an exit code")
    return ending.si_status if ending.si_code == os.CLD_EXITED else -ending.si_status
