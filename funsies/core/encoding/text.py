"""Stored values as a reader sees them who does not know their types."""

from __future__ import annotations

from typing import Final

import msgspec

from funsies.core.encoding.anything import decode_any
from funsies.core.encoding.described import plain_json
from funsies.core.encoding.node import TYPE, Json, Refused, canonical_json
from funsies.core.encoding.pickled import WIRE as PICKLE
from funsies.core.encoding.pickled import pickle_of

_TYPE_KEY: Final = f'"{TYPE}"'.encode()
_parse: Final = msgspec.json.Decoder().decode


def to_text(wire: str, data: bytes) -> bytes:
    """Show stored bytes to a reader who does not know their type.

    Args:
        wire: how they were encoded.
        data: the bytes.

    Returns:
        Bytes as they are, a text as UTF-8, without quotes; everything else as it is stored,
        without the names of its types.

    >>> to_text("json", b'"a text"')
    b'a text'
    """
    if wire == PICKLE:
        return pickle_of(data)
    if wire != "json" or (data[:1] != b'"' and b'"$' not in data):
        return data
    try:
        raw = plain_json(_parse(data))
        value = _text_or_bytes(raw)
    except (Refused, RecursionError, msgspec.MsgspecError):
        return data
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    if isinstance(value, bytes):
        return value
    return canonical_json(raw) if _TYPE_KEY in data else data


def _text_or_bytes(raw: Json) -> object:
    """A text or bytes that JSON data stand for as a whole; else something else."""
    if type(raw) is dict and len(raw) == 1 and raw.keys() <= {"$str", "$bytes"}:
        return decode_any(raw)
    return raw
