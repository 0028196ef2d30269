r"""Parts of a value: raw bytes that stand behind its JSON, and not as text inside of it.

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
from typing import TYPE_CHECKING, Final, TypeAlias

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Buffer

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
