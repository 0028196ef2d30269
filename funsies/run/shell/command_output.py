"""What the commands of a shell step print: in memory, or in files if it is much or takes long.

Most commands print little and end soon. What they print never becomes a file, unless somebody
follows the step (``funsies logs -f``), who reads the files.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, TypeAlias

MEMORY_BYTES: Final = 1 << 20
"""As much is held in memory of all that a step prints."""

_READ_BYTES: Final = 1 << 16
_READS_TO_EMPTY_A_PIPE: Final = 17  # Linux lets nobody but root have more than 1 MiB in one

PrintedValue: TypeAlias = bytes | Path
"""All that a command printed into one of its streams, or a file that holds it."""


class TooMuchOutputError(Exception):
    """A command wrote more than it may.

    Attributes:
        stream: ``"stdout"`` or ``"stderr"``.
    """

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.stream = stream


class OutputStream:
    """What a command writes, on its way from a pipe into memory or a file.

    Args:
        name: ``stdout-0``, ``stderr-0``, ``stdout-1``, ...; also that of the file.
        pipe: descriptor from which to read, without ever waiting; it is closed at the end.
        printed: all that the step prints.

    Attributes:
        size_bytes: how much has come.
    """

    def __init__(self, name: str, pipe: int, printed: CommandOutput) -> None:
        self.name = name
        self.size_bytes: int = 0
        self._pipe = pipe
        self._printed = printed
        self._held = bytearray()
        self._file: int | None = None
        self._is_closed = False
        os.set_blocking(pipe, False)

    def fileno(self) -> int:
        """Descriptor to wait for."""
        return self._pipe

    def move(self) -> bool:
        """Move some bytes; False at the end, when nobody can write any more.

        Raises:
            TooMuchOutputError: if these are more than the command may write.
        """
        if self._pipe < 0:
            return False
        try:
            data = os.read(self._pipe, _READ_BYTES)
        except BlockingIOError:
            return True
        if not data:
            self.close()
            return False
        most = self._printed.max_stream_bytes
        room = len(data) if most is None else most - self.size_bytes
        self._keep(memoryview(data)[:room])
        if len(data) > room:
            raise TooMuchOutputError(self.name.partition("-")[0])
        return True

    def _keep(self, data: memoryview) -> None:
        self.size_bytes += len(data)
        if self._file is not None:
            _write(self._file, data)
            return
        self._held += data
        self._printed.count(len(data))

    def empty(self) -> None:
        """Move what is in the pipe by now; whoever goes on writing is not waited for."""
        for _ in range(_READS_TO_EMPTY_A_PIPE):
            if not self.move():
                return

    def to_file(self) -> None:
        """Go on in a file, which begins with what was held in memory.

        Raises:
            OSError: if it cannot be written.
        """
        if self._file is None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            self._file = os.open(self.path, flags, 0o600)
            _write(self._file, memoryview(self._held))
            self._held = bytearray()
            if self._is_closed:
                self._close_file()

    @property
    def path(self) -> Path:
        """Where its file is, if there is one."""
        return self._printed.directory / self.name

    @property
    def is_lost(self) -> bool:
        """True if somebody has removed its file."""
        return self._file is not None and not self.path.exists()

    @property
    def value(self) -> PrintedValue:
        """All that has come."""
        return bytes(self._held) if self._file is None else self.path

    def piece(self, start: int, size_bytes: int) -> bytes:
        """Read some of what has come."""
        if self._file is None:
            return bytes(self._held[start : start + size_bytes])
        with self.path.open("rb") as file:
            file.seek(start)
            return file.read(size_bytes)

    def tail(self, size_bytes: int) -> bytes:
        """Read the last bytes of what has come."""
        return self.piece(max(0, self.size_bytes - size_bytes), size_bytes)

    def close(self) -> None:
        """Close the pipe and the file; what has come can still be read."""
        self._is_closed = True
        pipe, self._pipe = self._pipe, -1
        if pipe >= 0:
            os.close(pipe)
        self._close_file()

    def _close_file(self) -> None:
        if self._file is not None and self._file >= 0:
            os.close(self._file)
            self._file = -1


class CommandOutput:
    """All that the commands of a step print.

    Args:
        directory: for the files; it is made when it is needed.
        max_stream_bytes: what each stream may carry; None for no limit.

    Attributes:
        streams: two for each command, standard output first.
    """

    def __init__(self, directory: Path, max_stream_bytes: int | None = None) -> None:
        self.directory = directory
        self.max_stream_bytes = max_stream_bytes
        self.streams: list[OutputStream] = []
        self._held_bytes = 0
        self._is_in_files = False

    def streams_of_command(self, stdout: int, stderr: int) -> tuple[OutputStream, OutputStream]:
        """Take what the next command prints.

        Args:
            stdout: descriptor of the pipe with its standard output.
            stderr: of the pipe with its standard error.
        """
        index = len(self.streams) // 2
        pair = (
            OutputStream(f"stdout-{index}", stdout, self),
            OutputStream(f"stderr-{index}", stderr, self),
        )
        self.streams += pair
        if self._is_in_files:
            for stream in pair:
                stream.to_file()
        return pair

    def forget_last_command(self) -> None:
        """Drop what the last command has printed: it is run once more."""
        for stream in self.streams[-2:]:
            stream.close()
            stream.path.unlink(missing_ok=True)
        del self.streams[-2:]

    def count(self, size_bytes: int) -> None:
        """Take note of what is held in memory; too much of it goes into files."""
        self._held_bytes += size_bytes
        if self._held_bytes > MEMORY_BYTES:
            self.to_files()

    def to_files(self) -> None:
        """Go on in files, with all that has been printed.

        Raises:
            OSError: if they cannot be written.
        """
        if not self._is_in_files:
            self.directory.mkdir(exist_ok=True)
            self._is_in_files = True
        for stream in self.streams:
            stream.to_file()

    def close(self) -> None:
        """Close all pipes and files."""
        for stream in self.streams:
            stream.close()

    @property
    def is_in_files(self) -> bool:
        """True if what comes is written into files."""
        return self._is_in_files


def _write(descriptor: int, data: memoryview) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
