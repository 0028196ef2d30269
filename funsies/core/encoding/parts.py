r"""JSON data, and the raw bytes of a value that stand behind them and not as text inside.

A node that has bytes to write puts ``part(data)`` into its JSON data. Small ones become a text
in base 64, where everybody can read them. Large ones stay what they are: in the JSON stands
``{"$part": 0}``, and the bytes are written behind it, each part at a multiple of 64 bytes, so
that an array can be used where it lies. Values without large parts are JSON alone.

::

    \0parts1\n | length of the head | [[sizes], value] | gap | part 0 | gap | part 1 ...

Parts get their numbers when the JSON is written, in the order in which they stand there, and
equal ones are stored once. Items of sets are sorted by JSON that holds their parts as text.
"""

from __future__ import annotations

import binascii
import hashlib
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias, TypeVar

import msgspec

from funsies.core.collector import paused_for
from funsies.core.encoding.refusal import ValueRefused, show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from typing_extensions import Buffer


Json: TypeAlias = object
"""JSON data: None, bool, int, float, str, list and dict of str, all of exactly these types.
While they are written, large bytes as well, and what is written just so: tuples,
and dataclasses of such data."""

PART: Final = "$part"
"""The special form that stands for a part: ``{"$part": 0}``."""

MAGIC: Final = b"\0parts1\n"
"""What a value with parts begins with; JSON never begins so."""

SMALL_BYTES: Final = 4096
"""What is smaller stands in the JSON itself."""

ALIGNMENT: Final = 64
LENGTH_BYTES: Final = 8
PIECE_BYTES: Final = 1 << 20
"""Values are written in pieces of this size."""

_ENDS_BYTES: Final = 256
_SCALARS: Final = frozenset({bool, int, float, str, type(None)})
_encode: Final = msgspec.json.Encoder().encode
_NOT_HASHED: Final = b""
"""Stands for the digest of a part of which no other one looks the same."""


class Part:
    """Large bytes among JSON data.

    Attributes:
        data: the bytes, in one dimension. Nobody may change them before they are written.
    """

    __slots__ = ("data",)

    def __init__(self, data: memoryview) -> None:
        self.data: memoryview = data


def part(data: Buffer) -> str | Part:
    """Bytes as they are put among JSON data: large ones by reference, small ones as a text.

    >>> part(b"abc")
    'YWJj'
    >>> part(bytes(5000)).data.nbytes
    5000
    """
    view = memoryview(data).cast("B")
    return Part(view) if view.nbytes >= SMALL_BYTES else as_text(view)


def as_text(data: Buffer) -> str:
    """Write bytes in base 64."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def inline(thing: object) -> str:
    """Write a part as the text that a small one would be: what JSON calls for what it lacks."""
    if isinstance(thing, Part):
        return as_text(thing.data)
    raise NotImplementedError


class Pieces:
    """A value with parts, as a stream that can be read more than once.

    Attributes:
        size_bytes: number of bytes of all of it.
    """

    def __init__(self, head: bytes, parts: list[memoryview]) -> None:
        self._pieces = list(_with_gaps(head, parts))
        self.size_bytes: int = sum(piece.nbytes for piece in self._pieces)

    def __iter__(self) -> Iterator[bytes]:
        """Copy the bytes, in pieces of one size: what is hashed is what is written."""
        gathered = bytearray()
        for piece in self._pieces:
            start = 0
            while len(gathered) + piece.nbytes - start >= PIECE_BYTES:
                end = start + PIECE_BYTES - len(gathered)
                yield b"".join((gathered, piece[start:end]))
                gathered.clear()
                start = end
            gathered += piece[start:]
        if gathered:
            yield bytes(gathered)

    def joined(self) -> bytes:
        """All of it."""
        return b"".join(self._pieces)

    def __reduce__(self) -> tuple[type[bytes], tuple[bytes]]:
        """Pickle the bytes: the value that they refer to stays where it is."""
        return bytes, (self.joined(),)


Encoded: TypeAlias = bytes | Pieces
"""A value as bytes, or as a stream of them that refers to the value."""


def whole(data: Encoded) -> bytes:
    """The bytes of a value."""
    return data if isinstance(data, bytes) else data.joined()


def written(raw: object) -> Encoded:
    """Write JSON data, and the parts behind them if there are any.

    >>> written([1])
    b'[1]'
    >>> written([part(bytes(5000))]).size_bytes
    5064
    """
    if type(raw) in _SCALARS:  # most constants and results: they have no parts
        return _encode(raw)
    kept = _Kept()
    text = msgspec.json.encode(raw, enc_hook=kept.refer)
    if not kept.parts:
        return text
    sizes = msgspec.json.encode([each.nbytes for each in kept.parts])
    return Pieces(b"[%b,%b]" % (sizes, text), kept.parts)


def _with_gaps(head: bytes, parts: list[memoryview]) -> Iterator[memoryview]:
    yield memoryview(MAGIC + len(head).to_bytes(LENGTH_BYTES, "little") + head)
    position = len(MAGIC) + LENGTH_BYTES + len(head)
    for each in parts:
        gap = -position % ALIGNMENT
        yield memoryview(bytes(gap))
        yield each
        position += gap + each.nbytes


class _Kept:
    """The parts of one value, in order, equal ones once."""

    def __init__(self) -> None:
        self.parts: list[memoryview] = []
        self._alike: dict[tuple[int, bytes, bytes], dict[bytes, int]] = {}

    def refer(self, thing: object) -> dict[str, int]:
        """Keep a part, and say what stands for it."""
        if isinstance(thing, Part):
            return {PART: self._index_of(thing.data)}
        raise NotImplementedError

    def _index_of(self, data: memoryview) -> int:
        alike = self._alike.setdefault(_looks(data), {})
        if (first := alike.pop(_NOT_HASHED, None)) is not None:
            alike[_digest(self.parts[first])] = first
        index = alike.setdefault(_digest(data) if alike else _NOT_HASHED, len(self.parts))
        if index == len(self.parts):
            self.parts.append(data)
        return index


def _looks(data: memoryview) -> tuple[int, bytes, bytes]:
    """Size and both ends: parts that differ in these are told apart without being hashed."""
    return data.nbytes, bytes(data[:_ENDS_BYTES]), bytes(data[-_ENDS_BYTES:])


def _digest(data: memoryview) -> bytes:
    return hashlib.sha256(data).digest()


canonical_json: Final = msgspec.json.Encoder(enc_hook=inline).encode
"""JSON data as bytes, all in one."""

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
        data: what ``written`` wrote.

    Raises:
        ValueRefused: if parts are cut off.
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
    """Read the bytes that ``part`` put among JSON data.

    Raises:
        ValueRefused: if the data are not those of a part, or it is not there.
    """
    if type(raw) is str:
        return from_text(raw)
    return _reading.get().parts[_index(raw)]


def own_part(raw: Json) -> memoryview:
    """The same for who may write to the bytes, and then nobody else shall see that.

    Parts that were read into memory of their own are handed out as they are, the first time.

    Raises:
        ValueRefused: likewise.
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
        raise ValueRefused(f"expected base64, found {show(raw)}")
    index = raw[PART]
    if type(index) is not int or not 0 <= index < len(_reading.get().parts):
        raise ValueRefused("a part of this value is not there")
    return index


def from_text(text: str) -> memoryview:
    """Read what ``as_text`` wrote."""
    try:
        return memoryview(binascii.a2b_base64(text, strict_mode=True))
    except ValueError:
        raise ValueRefused("expected base64, found other text") from None


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
        ValueRefused: if the head is cut off.
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
        ValueRefused: if parts are cut off.
        msgspec.DecodeError: if the JSON cannot be read.
    """
    view = memoryview(data)
    sizes, raw = _head(view)
    parts = [view[start:end] for start, end in _places(head_bytes(view), sizes)]
    if not is_cut and [part.nbytes for part in parts] != sizes:
        raise ValueRefused("a part of this value is cut off")
    return Apart(raw, parts)


def _head(view: memoryview) -> tuple[list[int], Json]:
    end = head_bytes(view)
    if end > view.nbytes:
        raise ValueRefused("the head of this value is cut off")
    return _parse_head(view[_BEGIN_BYTES:end])


def _places(position: int, sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
    for size_bytes in sizes:
        if size_bytes < 0:
            raise ValueRefused("a part of this value has no size")
        position += -position % ALIGNMENT
        yield position, position + size_bytes
        position += size_bytes
