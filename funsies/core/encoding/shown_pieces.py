"""Stored values as a reader sees them, in pieces: large ones in flat memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import BinaryIO, Final

import msgspec

from .text import to_text

PIECE_BYTES: Final = 1 << 20
"""Values up to this size are shown as a whole."""

_MARK: Final = b'"$'
"""Begins what says the type of a value."""

_ESCAPE: Final = re.compile(rb'\\(?:u[0-9a-fA-F]{4}|[^u])|"', re.DOTALL)
"""An escape in a text, or the quote at its end; within, quotes are escaped."""

_LONGEST_ESCAPE: Final = len(rb"\u0000")


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
    if wire != "json":
        yield from pieces
    elif len(begin) < PIECE_BYTES:
        yield to_text(wire, begin)
    elif begin[:1] == b'"':
        yield from _unescaped(pieces)
    else:
        has_types = _has_mark(pieces)
        with again() as same:
            yield from [to_text(wire, same.read())] if has_types else _rest(same)


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
    rest = next(iter(pieces))[1:]
    for piece in chain([b""], pieces):
        text = rest + piece
        end = _whole_until(text)
        rest = text[end:]
        yield _ESCAPE.sub(_meant, text[:end])


def _whole_until(text: bytes) -> int:
    """Where an escape begins that the next piece ends; else the end."""
    start = text.rfind(b"\\", max(0, len(text) - _LONGEST_ESCAPE))
    until = text[: start + 1]
    begins_escape = (len(until) - len(until.rstrip(b"\\"))) % 2 == 1
    if start < 0 or not begins_escape or _ESCAPE.match(text, start):
        return len(text)
    return start


def _meant(escape: re.Match[bytes]) -> bytes:
    found = escape[0]
    return b"" if found == b'"' else msgspec.json.decode(b'"' + found + b'"', type=str).encode()
