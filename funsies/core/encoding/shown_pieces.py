"""Stored values as a reader sees them, in pieces: large ones in flat memory."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import BinaryIO, Final

import msgspec

from .frames import PARTS, form_of, is_frame, shown_by
from .node import Json
from .parts import ALIGNMENT, PART
from .parts_read import has_parts, head_bytes, places_of_parts, taken_apart
from .pickled import WIRE as PICKLE
from .pickled import pickle_of
from .text import preview_of_parts, to_preview, to_text

PIECE_BYTES: Final = 1 << 20
"""Values up to this size are shown as a whole."""

SHOWN_BYTES: Final = 1 << 13
"""Of parts that are not among the first bytes, so much is at hand to be shown."""

_MARK: Final = b'"$'
"""Begins what says the type of a value."""

_ESCAPE: Final = re.compile(r"\\(?:u[0-9a-fA-F]{4}|[^u])", re.DOTALL)

_LONGEST_ESCAPE: Final = len(r"\u0000")


def text_pieces(wire: str, source: BinaryIO, again: Callable[[], BinaryIO]) -> Iterator[bytes]:
    """The same as :func:`to_text`, in pieces.

    Only what says the types of its values has to be in memory as a whole.

    Args:
        wire: how the bytes were encoded, by an encoding of funsies: escapes other than those
            of single characters are written for control characters only.
        source: the bytes.
        again: opens them once more.
    """
    begin = source.read(PIECE_BYTES)
    pieces = chain([begin], _rest(source))
    if wire == PICKLE:  # the line before it is far shorter than a piece
        yield from chain([pickle_of(begin)], _rest(source))
    elif wire != "json":
        yield from pieces
    elif has_parts(begin):
        yield from _pieces_of_parts(begin, source)
    elif len(begin) < PIECE_BYTES:
        yield to_text(wire, begin)
    elif begin[:1] == b'"':
        yield from _unescaped(pieces)
    else:
        has_types = _has_mark(pieces)
        with again() as same:
            yield from [to_text(wire, same.read())] if has_types else _rest(same)


def preview_pieces(
    wire: str, source: BinaryIO, again: Callable[[], BinaryIO]
) -> Iterator[bytes]:
    """The same as :func:`to_preview`, in pieces; see :func:`text_pieces`."""
    begin = source.read(PIECE_BYTES)
    is_apart = wire == "json" and has_parts(begin)
    if is_apart:
        begin += source.read(max(0, head_bytes(begin) - len(begin)))
        is_apart = _file_header(taken_apart(begin, is_cut=True).raw) != b""
    if is_apart:
        beginnings = _beginnings(begin, source)
        yield preview_of_parts(taken_apart(begin, is_cut=True).raw, beginnings)
        return
    if len(begin) < PIECE_BYTES:
        yield to_preview(wire, begin)
        return
    with again() as same:
        yield from text_pieces(wire, same, again)


def _beginnings(begin: bytes, source: BinaryIO) -> list[memoryview]:
    """What is shown of each part; the stream is read to the end, which verifies it."""
    places = places_of_parts(begin)
    kept = [bytearray(begin[start:end]) for start, end in places]
    position = len(begin)
    for piece in _rest(source):
        for (start, end), known in zip(places, kept, strict=True):
            missing = min(end - start, SHOWN_BYTES) - len(known)
            at = start + len(known) - position
            if missing > 0 and 0 <= at < len(piece):
                known.extend(piece[at : at + missing])
        position += len(piece)
    return [memoryview(known) for known in kept]


def _pieces_of_parts(begin: bytes, source: BinaryIO) -> Iterator[bytes]:
    """A value whose only part is all of it needs not be in memory; others do."""
    begin += source.read(max(0, head_bytes(begin) - len(begin)))
    apart = taken_apart(begin, is_cut=True)
    header = _file_header(apart.raw) if len(apart.parts) == 1 else None
    if header is None:
        yield to_text("json", begin + source.read())
        return
    start = head_bytes(begin)
    start += -start % ALIGNMENT
    begin += source.read(max(0, start - len(begin)))
    yield from (header, begin[start:])
    yield from _rest(source)


def _file_header(raw: Json) -> bytes | None:
    """What stands before the only part of a value; None if it is not all of it."""
    if type(raw) is dict and raw.keys() == {"$bytes"}:
        return b""
    if not is_frame(raw) or raw[PARTS] != [{PART: 0}]:
        return None
    header: bytes | None = shown_by(form_of(raw)).file_header(raw[form_of(raw)])
    return header


def _rest(source: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: source.read(PIECE_BYTES), b"")


def _has_mark(pieces: Iterable[bytes]) -> bool:
    end, found = b"", False
    for piece in pieces:  # to the end: that verifies them
        found = found or _MARK in end + piece
        end = piece[-1:]
    return found


def _unescaped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """A JSON text without its quotes and escapes."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    rest = decoder.decode(next(iter(pieces))[1:])
    for piece in chain([b""], pieces):
        text = rest + decoder.decode(piece)
        end = _whole_until(text)
        rest = text[end:]
        yield _plain(text[:end])


def _plain(text: str) -> bytes:
    """What a part of a JSON text means; the quote at its end, the only one, is left out."""
    if text.endswith('"') and not _begins_escape(text[:-1]):
        text = text[:-1]
    return msgspec.json.decode(f'"{text}"', type=str).encode()


def _whole_until(text: str) -> int:
    """Where an escape begins that the next piece ends; else the end."""
    start = text.rfind("\\", max(0, len(text) - _LONGEST_ESCAPE))
    if start < 0 or not _begins_escape(text[: start + 1]) or _ESCAPE.match(text, start):
        return len(text)
    return start


def _begins_escape(text: str) -> bool:
    """True if the backslash at the end is not escaped itself."""
    return (len(text) - len(text.rstrip("\\"))) % 2 == 1
