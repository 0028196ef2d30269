"""Parts of a value: raw bytes that stand behind its JSON, and not as text inside of it.

A value with large arrays or bytes in it is written as a head, the JSON, in which
``{"$part": 0}`` stands for the first part, and the parts behind it, each at a multiple of 64
bytes, so that arrays can be used where they lie. Values without large parts are JSON alone.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

import msgspec

from funsies.core.encoding.node import Json, Refused, canonical_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from typing_extensions import Buffer

PART: Final = "$part"
"""The special form that stands for a part: ``{"$part": 0}``."""

MAGIC: Final = b"\0parts1\n"
"""What a value with parts begins with; JSON never begins so."""

SMALL_BYTES: Final = 4096
"""What is smaller stands in the JSON itself, where everybody can read it."""

_ALIGNMENT: Final = 64
_LENGTH_BYTES: Final = 8
_parse: Final = msgspec.json.Decoder().decode
_parse_head: Final = msgspec.json.Decoder(tuple[list[int], Any]).decode


class Written:
    """The parts of one value that is being written; equal ones are kept once."""

    def __init__(self) -> None:
        self.parts: list[memoryview] = []
        self._digests: dict[int, bytes] = {}

    def index_of(self, data: Buffer) -> int:
        """Keep some bytes; return their place among the parts."""
        part = memoryview(data)
        for index, other in enumerate(self.parts):
            if other.nbytes == part.nbytes and self._digest(index) == _digest(part):
                return index
        self.parts.append(part)
        return len(self.parts) - 1

    def _digest(self, index: int) -> bytes:
        if index not in self._digests:
            self._digests[index] = _digest(self.parts[index])
        return self._digests[index]


def _digest(part: memoryview) -> bytes:
    return hashlib.sha256(part).digest()


_written: Final[ContextVar[Written | None]] = ContextVar("written_parts", default=None)
_read: Final[ContextVar[Sequence[memoryview]]] = ContextVar("read_parts", default=())


@contextmanager
def writing(written: Written | None) -> Iterator[None]:
    """Keep large parts beside the JSON while this lasts; None for all inside of it."""
    token = _written.set(written)
    try:
        yield
    finally:
        _written.reset(token)


@contextmanager
def reading(parts: Sequence[memoryview]) -> Iterator[None]:
    """Look parts up among these while this lasts."""
    token = _read.set(parts)
    try:
        yield
    finally:
        _read.reset(token)


def kept_part(data: Buffer) -> Json | None:
    """Keep large bytes as a part; None if they are to be written into the JSON."""
    written = _written.get()
    if written is None or memoryview(data).nbytes < SMALL_BYTES:
        return None
    return {PART: written.index_of(data)}


def part_of(raw: Json) -> memoryview | None:
    """Find the part that the JSON data stand for; None if they stand for none.

    Raises:
        Refused: if there is no such part.
    """
    if type(raw) is not dict or raw.keys() != {PART}:
        return None
    index, parts = raw[PART], _read.get()
    if type(index) is not int or not 0 <= index < len(parts):
        raise Refused("a part of this value is not there")
    return parts[index]


def joined(raw: Json, parts: Sequence[memoryview]) -> bytes:
    """Write JSON data, and the parts behind them if there are any.

    >>> joined([1], [])
    b'[1]'
    >>> len(joined({"$part": 0}, [memoryview(bytes(5000))]))
    5064
    """
    if not parts:
        return canonical_json(raw)
    head = canonical_json(([part.nbytes for part in parts], raw))
    pieces = [MAGIC, len(head).to_bytes(_LENGTH_BYTES, "little"), head]
    position = len(MAGIC) + _LENGTH_BYTES + len(head)
    for part in parts:
        gap = -position % _ALIGNMENT
        pieces += [bytes(gap), part]  # type: ignore[list-item]  # join takes buffers
        position += gap + part.nbytes
    return b"".join(pieces)


def has_parts(data: Buffer) -> bool:
    """True if some bytes are those of a value with parts."""
    return memoryview(data)[: len(MAGIC)] == MAGIC


def taken_apart(data: Buffer) -> tuple[Json, list[memoryview]]:
    """Read the JSON data and the parts that ``joined`` wrote.

    Raises:
        Refused: if parts are cut off.
        msgspec.DecodeError: if the JSON cannot be read.
    """
    if not has_parts(data):
        return _parse(data), []
    view = memoryview(data)
    start = len(MAGIC) + _LENGTH_BYTES
    end = start + int.from_bytes(view[len(MAGIC) : start], "little")
    sizes, raw = _parse_head(view[start:end])
    return raw, list(_cut(view, end, sizes))


def _cut(view: memoryview, position: int, sizes: Sequence[int]) -> Iterator[memoryview]:
    for size_bytes in sizes:
        position += -position % _ALIGNMENT
        part = view[position : position + size_bytes]
        if part.nbytes != size_bytes:
            raise Refused("a part of this value is cut off")
        yield part
        position += size_bytes
