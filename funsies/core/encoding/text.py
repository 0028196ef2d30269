"""Stored values as a reader sees them who does not know their types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from funsies.core.encoding.anything import decode_any
from funsies.core.encoding.described import plain_json
from funsies.core.encoding.frames import PARTS, form_of, is_frame, shown_by
from funsies.core.encoding.node import TYPE, Json, Refused, canonical_json
from funsies.core.encoding.parts import PART, as_text
from funsies.core.encoding.parts_read import from_text, has_parts, read_with, taken_apart
from funsies.core.encoding.pickled import WIRE as PICKLE
from funsies.core.encoding.pickled import pickle_of
from funsies.core.errors import EncodingError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_BYTES: Final = "$bytes"
_TYPE_KEY: Final = f'"{TYPE}"'.encode()
_UNREADABLE: Final = (Refused, RecursionError, msgspec.MsgspecError)
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
    except Refused as refusal:
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
        Refused: if the data mean nothing.
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
        raise Refused("parts that are no list")
    return [from_text(it) if type(it) is str else _part(it, parts) for it in given]


def _part(raw: Json, parts: Sequence[memoryview]) -> memoryview:
    index = raw[PART] if type(raw) is dict and raw.keys() == {PART} else None
    if type(index) is not int or not 0 <= index < len(parts):
        raise Refused("a part of this value is not there")
    return parts[index]
