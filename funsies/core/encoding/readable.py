"""Stored values as a reader sees them who does not know their types, whole or in pieces."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec

from funsies.core.encoding.any_node import decode_any
from funsies.core.encoding.described import plain_json
from funsies.core.encoding.frames import PARTS, form_of, is_frame, shown_by
from funsies.core.encoding.node import TYPE
from funsies.core.encoding.parts import (
    ALIGNMENT,
    PART,
    Json,
    as_text,
    canonical_json,
    from_text,
    has_parts,
    head_bytes,
    places_of_parts,
    read_with,
    taken_apart,
)
from funsies.core.encoding.pickled import WIRE as PICKLE
from funsies.core.encoding.pickled import pickle_of
from funsies.core.encoding.refusal import ValueRefused
from funsies.core.errors import EncodingError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_BYTES: Final = "$bytes"
_TYPE_KEY: Final = f'"{TYPE}"'.encode()
_UNREADABLE: Final = (ValueRefused, RecursionError, msgspec.MsgspecError)
_parse: Final = msgspec.json.Decoder().decode


def to_text(wire: str, data: bytes) -> bytes:
    """Show stored bytes to a reader who does not know their type.

    Args:
        wire: how they were encoded.
        data: the bytes.

    Returns:
        Bytes as they are, a text as UTF-8, without quotes, an array as a ``.npy`` file, a
        frame as CSV; everything else as JSON, without the names of its types, bytes in it in
        base 64.

    Raises:
        EncodingError: if a library is needed for that, and is not installed here.

    >>> to_text("json", b'"a text"')
    b'a text'
    """
    if wire == PICKLE:
        return pickle_of(data)
    if wire != "json" or not _says_more(data):
        return data
    try:
        raw, parts = taken_apart(data) if has_parts(data) else (_parse(data), [])
        if is_frame(raw) and (write := shown_by(form_of(raw)).to_file) is not None:
            return _file_of_library(write, data)
        raw = plain_json(raw)
        if parts:
            return _text(inlined(raw, parts))
        is_as_stored = type(raw) in (dict, list) and not _stands_for_bytes(raw)
        return data if is_as_stored and _TYPE_KEY not in data else _text(raw)
    except _UNREADABLE:
        return data


def _file_of_library(write: Callable[[object], bytes], data: bytes) -> bytes:
    try:
        return write(read_with(decode_any, data))
    except ValueRefused as refusal:
        raise EncodingError(f"cannot write this as a file: {refusal}") from None


def _says_more(data: bytes) -> bool:
    """Whether there may be a text, a special form or a part in JSON data."""
    return data[:1] == b'"' or b'"$' in data or has_parts(data)


def _stands_for_bytes(raw: Json) -> bool:
    return is_frame(raw) or (
        type(raw) is dict and len(raw) == 1 and raw.keys() <= {"$str", _BYTES}
    )


def _text(raw: Json) -> bytes:
    if is_frame(raw):
        return _file(raw)
    value = decode_any(raw) if _stands_for_bytes(raw) else raw
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    return value if isinstance(value, bytes) else canonical_json(raw)


def _file(raw: dict[str, Json]) -> bytes:
    """A value of a library as a file that others can read; as JSON if there is none."""
    form, texts = form_of(raw), raw[PARTS]
    header = shown_by(form).file_header(raw[form])
    if header is None or type(texts) is not list:
        return canonical_json(raw)
    return b"".join([header, *(from_text(each) for each in texts)])


def inlined(raw: Json, parts: Sequence[memoryview]) -> Json:
    """JSON data with their parts as texts."""
    if type(raw) is list:
        return [inlined(item, parts) for item in raw]
    if type(raw) is not dict:
        return raw
    if raw.keys() == {PART}:
        return as_text(_part(raw, parts))
    return {key: inlined(item, parts) for key, item in raw.items()}


def to_preview(wire: str, data: bytes) -> bytes:
    """The same, with a line about each array, and about bytes that are a part of a value.

    Args:
        wire: how they were encoded.
        data: the bytes.

    >>> to_preview("json", b'[{"$array":{"dtype":"<i2","shape":[1]},"parts":["AQA="]}]')
    b'["array of int16, shape (1,): 1"]'
    """
    if wire != "json" or not _says_more(data):
        return to_text(wire, data)
    try:
        is_apart = has_parts(data)
        raw, parts = taken_apart(data) if is_apart else (_parse(data), [])
        if _are_bytes(raw):
            return to_text(wire, data)
        short = _short_of_all(raw, parts)
        return to_text(wire, canonical_json(short) if is_apart or short != raw else data)
    except _UNREADABLE:
        return data


def preview_of_parts(raw: Json, parts: Sequence[memoryview]) -> bytes:
    """The same for a value that was taken apart.

    Args:
        raw: its JSON data.
        parts: the beginnings of its parts.

    Raises:
        ValueRefused: if the data mean nothing.
    """
    return to_text("json", canonical_json(_short_of_all(raw, parts)))


def _short_of_all(raw: Json, parts: Sequence[memoryview]) -> Json:
    plain = plain_json(raw)
    return _table(plain, parts) if is_frame(plain) else _short(plain, parts)


def _are_bytes(raw: Json) -> bool:
    return type(raw) is dict and raw.keys() == {_BYTES}


def _short(raw: Json, parts: Sequence[memoryview]) -> Json:
    if type(raw) is list:
        return [_short(item, parts) for item in raw]
    if type(raw) is not dict:
        return raw
    if raw.keys() == {PART}:
        return f"{_part(raw, parts).nbytes:,} bytes"
    if is_frame(raw):
        return _line(raw, parts)
    return {key: _short(item, parts) for key, item in raw.items()}


def _line(raw: dict[str, Json], parts: Sequence[memoryview]) -> str:
    form = form_of(raw)
    return str(shown_by(form).preview(raw[form], _parts(raw, parts)))


def _table(raw: dict[str, Json], parts: Sequence[memoryview]) -> str:
    form = form_of(raw)
    return str(shown_by(form).table(raw[form], _parts(raw, parts)))


def _parts(raw: dict[str, Json], parts: Sequence[memoryview]) -> list[memoryview]:
    given = raw[PARTS]
    if type(given) is not list:
        raise ValueRefused("parts that are no list")
    return [from_text(it) if type(it) is str else _part(it, parts) for it in given]


def _part(raw: Json, parts: Sequence[memoryview]) -> memoryview:
    index = raw[PART] if type(raw) is dict and raw.keys() == {PART} else None
    if type(index) is not int or not 0 <= index < len(parts):
        raise ValueRefused("a part of this value is not there")
    return parts[index]


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
