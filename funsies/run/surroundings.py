"""What a step may change around it, and gets restored: directory, environment, streams."""

from __future__ import annotations

import os
import sys
import tempfile
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Final

MAX_LOG_BYTES: Final = 64 * 1024
"""Of what a step prints, the last bytes that are kept."""


@dataclass(slots=True)
class Log:
    """What a step printed: the tail of its standard output and error, as they came."""

    tail: bytes = b""


@contextmanager
def restored(variables: Mapping[str, str]) -> Iterator[None]:
    """Run with some more environment variables; restore the environment and directory after."""
    directory = os.open(".", os.O_RDONLY)
    environment = _environment()
    os.environ.update(variables)
    try:
        yield
    finally:
        if _environment() != environment:
            os.environb.clear()
            os.environb.update(environment)
        with suppress(OSError):
            os.fchdir(directory)
        os.close(directory)


def _environment() -> dict[bytes, bytes]:
    """A copy of the environment.

    The mapping inside of ``os.environ`` is copied as a whole where there is one: that is 200
    times as fast as reading it name by name, and done for each step.
    """
    inside = getattr(os.environ, "_data", os.environb)
    return dict(inside)


class Capture:
    """Redirects the streams of this process, also those of its children, into a file.

    For processes that are funsies' own (work-horses): a program that embeds funsies keeps its
    streams.
    """

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._is_empty = False

    @contextmanager
    def captured(self) -> Iterator[Log]:
        """Capture what is printed meanwhile."""
        log = Log()
        file = self._prepare()
        sys.stdout.flush()
        sys.stderr.flush()
        saved = os.dup(1), os.dup(2)
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        try:
            yield log
        finally:
            with suppress(OSError, ValueError):
                sys.stdout.flush()
                sys.stderr.flush()
            os.dup2(saved[0], 1)
            os.dup2(saved[1], 2)
            os.close(saved[0])
            os.close(saved[1])
            log.tail = self._tail(file)

    def _prepare(self) -> IO[bytes]:
        """One file for all steps of this process, emptied before each."""
        if self._file is None or self._file.closed:
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - for all steps
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
