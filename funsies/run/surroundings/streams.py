"""What a step prints: captured, and kept in its log."""

from __future__ import annotations

import io
import os
import sys
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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

    @contextmanager
    def captured(self) -> Iterator[Log]:
        """Capture what is printed meanwhile."""
        log = Log()
        file = self._prepare()
        streams = sys.stdout, sys.stderr
        _flush(*streams)
        _write_lines(sys.stdout)
        saved = os.dup(1), os.dup(2)
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        try:
            yield log
        finally:
            _flush(*streams, sys.stdout, sys.stderr)
            sys.stdout, sys.stderr = map(_still_open, streams, (1, 2))
            os.dup2(saved[0], 1)
            os.dup2(saved[1], 2)
            os.close(saved[0])
            os.close(saved[1])
            log.tail = self._tail(file)

    def _prepare(self) -> IO[bytes]:
        """One file for all steps of this process, emptied before each."""
        if self._file is None or self._file.closed:
            self._file = new_file()
            weakref.finalize(self, self._file.close)
        if not self._is_empty:
            self._file.truncate(0)
        self._file.seek(0)
        return self._file

    def _tail(self, file: IO[bytes]) -> bytes:
        size = os.fstat(file.fileno()).st_size
        self._is_empty = size == 0
        if self._is_empty:
            return b""
        file.seek(max(0, size - MAX_LOG_BYTES))
        return file.read()


def _write_lines(stream: Any) -> None:
    """Have a stream write each line when it ends, as on a terminal, not some thousand bytes."""
    if isinstance(stream, io.TextIOWrapper) and not stream.line_buffering:
        stream.reconfigure(line_buffering=True)


def _flush(*streams: Any) -> None:
    for stream in streams:
        with suppress(Exception):  # a step may have put anything there, or closed it
            stream.flush()


def _still_open(stream: Any, descriptor: int) -> Any:
    """A stream as it was before a step; a new one in its place if the step has closed it."""
    if not getattr(stream, "closed", False):
        return stream
    return open(descriptor, "w", errors="backslashreplace", closefd=False)
