"""What a running step prints, for who follows it: who is told, and the ends of its streams."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from .surroundings.streams import MAX_LOG_BYTES


class Listener:
    """Is told where a step prints, and when it has; this one takes no notice."""

    def prints_to(self, directory: Path, show: Callable[[], None]) -> None:
        """The commands of the step that begins now print into files in this directory.

        Args:
            directory: it is there when what they print is much, or they run for long.
            show: puts there what they have printed.
        """

    def has_printed(self) -> None:
        """The step prints nothing more; what it has printed is still there."""


NOBODY = Listener()


MOST_STREAMS: Final = 8
"""Of a shell step with many commands, the streams of the last ones are told."""

LOG: Final = "log"
"""Stream of a Python step: its standard output and error as they came, and its messages."""


class StreamEnd(msgspec.Struct, frozen=True, array_like=True):
    """The end of a stream.

    Attributes:
        name: ``log``, or that of a stream of a shell step: ``stdout:0``.
        start: how many bytes came before.
        data: the last ones.
    """

    name: str
    start: int
    data: bytes


class Tail(msgspec.Struct, frozen=True, array_like=True):
    """What a run of a step has printed so far.

    Attributes:
        run: tells it from other runs of the step.
        streams: in the order in which they began.
        is_whole: True if the run prints nothing more.
    """

    run: bytes
    streams: tuple[StreamEnd, ...]
    is_whole: bool = False


def encode_tail(tail: Tail) -> bytes:
    """Write a tail as MessagePack."""
    return msgspec.msgpack.encode(tail)


def decode_tail(data: bytes | None) -> Tail | None:
    """Read a tail back; None if there is none, or it is damaged."""
    try:
        return None if data is None else msgspec.msgpack.decode(data, type=Tail)
    except msgspec.MsgspecError:
        return None


def streams_of(log: int, directory: Path | None) -> tuple[StreamEnd, ...]:
    """Read the ends of the streams of a step.

    Args:
        log: descriptor of the file into which this process prints.
        directory: with the streams of a shell step; None for a Python step.

    Raises:
        OSError: if they cannot be read; the step may have ended meanwhile.
    """
    if directory is None:
        return (_end_of(LOG, log),)
    ends = [end for end in _ends_in(directory) if end.data]
    return tuple(ends[-MOST_STREAMS:])


def _ends_in(directory: Path) -> Iterator[StreamEnd]:
    for path in sorted(directory.iterdir(), key=_order):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            yield _end_of(path.name.replace("-", ":"), descriptor)
        finally:
            os.close(descriptor)


def _order(path: Path) -> tuple[int, str]:
    """By the number of the command; its standard output first."""
    stream, _, number = path.name.partition("-")
    return int(number), {"stdout": "0"}.get(stream, stream)


def _end_of(name: str, descriptor: int) -> StreamEnd:
    start = max(0, os.fstat(descriptor).st_size - MAX_LOG_BYTES)
    return StreamEnd(name, start, os.pread(descriptor, MAX_LOG_BYTES, start))
