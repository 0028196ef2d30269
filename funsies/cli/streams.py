"""The standard streams of a command: what they cannot write is known as that."""

from __future__ import annotations

import io
import os
import select
import sys
from typing import TYPE_CHECKING, TextIO

from typing_extensions import override

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class OutputError(OSError):
    """Standard output cannot be written: its disk is full, say, or it is closed."""


def set_up_streams() -> None:
    """Prepare standard output and error for a command; those that a test has set stay."""
    if sys.stdout is sys.__stdout__:
        sys.stdout = _above(_Output(_descriptor(sys.stdout, 1), "w", closefd=False), sys.stdout)
    if sys.stderr is sys.__stderr__:
        sys.stderr = _above(_Notes(_descriptor(sys.stderr, 2), "w", closefd=False), sys.stderr)


def flush_output() -> None:
    """Write what is left in the buffer, unless a script has closed it."""
    if not getattr(sys.stdout, "closed", True):
        sys.stdout.flush()


def let_go_of_output() -> None:
    """Have what cannot be written not be complained about once more when the process ends."""
    try:
        flush_output()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Output(io.FileIO):
    """Standard output, whose errors are told from those of other files."""

    @override
    def write(self, data: ReadableBuffer, /) -> int:
        rest = memoryview(data).cast("B")
        try:
            while rest:
                rest = rest[self._some(rest) :]
        except BrokenPipeError:
            raise
        except OSError as problem:
            raise OutputError(problem.errno, problem.strerror) from None
        return memoryview(data).nbytes

    def _some(self, data: memoryview) -> int:
        """Write as much as goes through at once; how much that was."""
        # None is what comes back if whoever started us has made the stream non-blocking.
        while (written := super().write(data)) is None:
            select.select([], [self], [])
        return written


class _Notes(_Output):
    """Standard error: a note that cannot be written is no reason to fail."""

    @override
    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except OutputError:
            return memoryview(data).nbytes


def _descriptor(stream: TextIO | None, number: int) -> int:
    """That of a stream; if it is closed, one that cannot be written to, in its place."""
    if stream is not None:
        stream.flush()
        return stream.fileno()
    os.dup2(os.open(os.devnull, os.O_RDONLY), number)
    return number


def _above(raw: io.FileIO, before: TextIO | None) -> io.TextIOWrapper:
    """A stream of text like the one before."""
    if not isinstance(before, io.TextIOWrapper):
        return io.TextIOWrapper(io.BufferedWriter(raw), "utf-8", "backslashreplace")
    return io.TextIOWrapper(
        raw if before.write_through else io.BufferedWriter(raw),
        before.encoding,
        _errors(before),
        line_buffering=before.line_buffering,
        write_through=before.write_through,
    )


def _errors(stream: io.TextIOWrapper) -> str | None:
    """What the encoding of a stream lacks is an escape: a name is no reason to fail."""
    is_utf8 = stream.encoding.lower().startswith("utf")
    if stream.errors == "strict" or (stream.errors == "surrogateescape" and not is_utf8):
        return "backslashreplace"
    return stream.errors
