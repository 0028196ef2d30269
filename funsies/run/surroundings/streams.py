"""What a step prints: captured, and kept in its log."""

from __future__ import annotations

import io
import os
import sys
import tempfile
import weakref
from dataclasses import dataclass
from typing import IO, Any, Final

MAX_LOG_BYTES: Final = 64 * 1024
"""Of what a step prints, the last bytes that are kept."""


@dataclass(slots=True)
class Log:
    """What a step printed: the tail of its standard output and error, as they came."""

    tail: bytes = b""


def new_file() -> IO[bytes]:
    """A file without a name, for what steps print."""
    return tempfile.TemporaryFile(buffering=0)


class Capture:
    """Redirects the streams of this process, also those of its children, into a file.

    For processes that are funsies' own (work-horses): a program that embeds funsies keeps its
    streams. What is printed is in the file line by line, so that it can be followed.

    Args:
        file: into which, without a buffer; None for a new one.
    """

    def __init__(self, file: IO[bytes] | None = None) -> None:
        self._file = file
        self._is_empty = False

    def into(self, log: Log) -> _Capturing:
        """Capture what is printed meanwhile; the log has it afterwards."""
        return _Capturing(self, log)

    def prepare(self) -> int:
        """Descriptor of one file for all steps of this process, emptied before each."""
        if self._file is None or self._file.closed:
            self._file = new_file()
            weakref.finalize(self, self._file.close)
        if not self._is_empty:
            self._file.truncate(0)
        self._file.seek(0)
        return self._file.fileno()

    def tail(self, file: int) -> bytes:
        """The end of what is in the file."""
        size = os.fstat(file).st_size
        self._is_empty = size == 0
        if self._is_empty:
            return b""
        return os.pread(file, MAX_LOG_BYTES, max(0, size - MAX_LOG_BYTES))


class _Capturing:
    """One step's part of a capture: what the streams were before."""

    __slots__ = ("_capture", "_file", "_log", "_saved", "_streams")

    def __init__(self, capture: Capture, log: Log) -> None:
        self._capture = capture
        self._log = log

    def __enter__(self) -> None:
        self._file = self._capture.prepare()
        self._streams = sys.stdout, sys.stderr
        _flush(*self._streams)
        _write_lines(sys.stdout)
        self._saved = os.dup(1), os.dup(2)
        os.dup2(self._file, 1)
        os.dup2(self._file, 2)

    def __exit__(self, *_: object) -> None:
        _flush(*self._streams)
        if (sys.stdout, sys.stderr) != self._streams:
            _flush(sys.stdout, sys.stderr)
        sys.stdout, sys.stderr = map(_still_open, self._streams, (1, 2))
        for number, descriptor in enumerate(self._saved, start=1):
            os.dup2(descriptor, number)
            os.close(descriptor)
        self._log.tail = self._capture.tail(self._file)


def _write_lines(stream: Any) -> None:
    """Have a stream write each line when it ends, as on a terminal, not some thousand bytes."""
    if isinstance(stream, io.TextIOWrapper) and not stream.line_buffering:
        stream.reconfigure(line_buffering=True)


def _flush(*streams: Any) -> None:
    for stream in streams:
        try:  # noqa: SIM105 - `suppress` takes five times as long
            stream.flush()
        except Exception:  # noqa: BLE001, S110 - a step may have put anything there, or closed it
            pass


def _still_open(stream: Any, descriptor: int) -> Any:
    """A stream as it was before a step; a new one in its place if the step has closed it."""
    if not getattr(stream, "closed", False):
        return stream
    return open(descriptor, "w", errors="backslashreplace", closefd=False)
