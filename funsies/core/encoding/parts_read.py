"""Reading values with parts: the JSON data, and the parts that they refer to."""

from __future__ import annotations

import binascii
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import msgspec

from funsies.core.encoding.collector import paused_for
from funsies.core.encoding.node import Json, Refused, show
from funsies.core.encoding.parts import ALIGNMENT, LENGTH_BYTES, MAGIC, PART

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from typing_extensions import Buffer

T = TypeVar("T")

_BEGIN_BYTES: Final = len(MAGIC) + LENGTH_BYTES
_parse: Final = msgspec.json.Decoder().decode
_parse_head: Final = msgspec.json.Decoder(tuple[list[int], Any]).decode


class _Reading:
    """The parts of the value that is being read, and which of them were given away."""

    def __init__(self, parts: Sequence[memoryview]) -> None:
        self.parts = parts
        self.taken: set[int] = set()


_NO_PARTS: Final = _Reading(())
_reading: Final[ContextVar[_Reading]] = ContextVar("parts_read", default=_NO_PARTS)


def read_with(decode: Callable[[Json], T], data: Buffer) -> T:
    """Read a value with or without parts.

    Args:
        decode: makes the value of JSON data.
        data: what ``parts.written`` wrote.

    Raises:
        Refused: if parts are cut off.
        msgspec.DecodeError: if the JSON cannot be read.
    """
    if not has_parts(data):
        with paused_for(memoryview(data).nbytes):
            return decode(_parse(data))
    apart = taken_apart(data)
    token = _reading.set(_Reading(apart.parts))
    try:
        return decode(apart.raw)
    finally:
        _reading.reset(token)


def read_part(raw: Json) -> memoryview:
    """Read the bytes that ``parts.part`` put among JSON data.

    Raises:
        Refused: if the data are not those of a part, or it is not there.
    """
    if type(raw) is str:
        return from_text(raw)
    return _reading.get().parts[_index(raw)]


def own_part(raw: Json) -> memoryview:
    """The same for who may write to the bytes, and then nobody else shall see that.

    Parts that were read into memory of their own are handed out as they are, the first time.

    Raises:
        Refused: likewise.
    """
    data = read_part(raw)
    if type(raw) is dict:
        reading, index = _reading.get(), _index(raw)
        if index not in reading.taken and not data.readonly:
            reading.taken.add(index)
            return data
    return memoryview(bytearray(data))


def _index(raw: Json) -> int:
    if type(raw) is not dict or raw.keys() != {PART}:
        raise Refused(f"expected base64, found {show(raw)}")
    index = raw[PART]
    if type(index) is not int or not 0 <= index < len(_reading.get().parts):
        raise Refused("a part of this value is not there")
    return index


def from_text(text: str) -> memoryview:
    """Read what ``parts.as_text`` wrote."""
    try:
        return memoryview(binascii.a2b_base64(text, strict_mode=True))
    except ValueError:
        raise Refused("expected base64, found other text") from None


class Apart(NamedTuple):
    """A value with parts, before it is made.

    Attributes:
        raw: its JSON data.
        parts: what they refer to.
    """

    raw: Json
    parts: list[memoryview]


def has_parts(data: Buffer) -> bool:
    """True if some bytes are those of a value with parts, or begin one."""
    if isinstance(data, bytes):
        return data.startswith(MAGIC)
    return bytes(memoryview(data)[: len(MAGIC)]) == MAGIC


def head_bytes(begin: Buffer) -> int:
    """Where the head ends of a value with parts that begins so."""
    return _BEGIN_BYTES + int.from_bytes(memoryview(begin)[len(MAGIC) : _BEGIN_BYTES], "little")


def places_of_parts(begin: Buffer) -> list[tuple[int, int]]:
    """Where each part begins and ends of a value whose head is whole.

    Raises:
        Refused: if the head is cut off.
        msgspec.DecodeError: if the JSON cannot be read.
    """
    view = memoryview(begin)
    sizes, _ = _head(view)
    return list(_places(head_bytes(view), sizes))


def taken_apart(data: Buffer, *, is_cut: bool = False) -> Apart:
    """Read the JSON data and the parts of a value that has parts.

    Args:
        data: the bytes.
        is_cut: True for the beginning of a value: parts may end early.

    Raises:
        Refused: if parts are cut off.
        msgspec.DecodeError: if the JSON cannot be read.
    """
    view = memoryview(data)
    sizes, raw = _head(view)
    parts = [view[start:end] for start, end in _places(head_bytes(view), sizes)]
    if not is_cut and [part.nbytes for part in parts] != sizes:
        raise Refused("a part of this value is cut off")
    return Apart(raw, parts)


def _head(view: memoryview) -> tuple[list[int], Json]:
    end = head_bytes(view)
    if end > view.nbytes:
        raise Refused("the head of this value is cut off")
    return _parse_head(view[_BEGIN_BYTES:end])


def _places(position: int, sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
    for size_bytes in sizes:
        if size_bytes < 0:
            raise Refused("a part of this value has no size")
        position += -position % ALIGNMENT
        yield position, position + size_bytes
        position += size_bytes
