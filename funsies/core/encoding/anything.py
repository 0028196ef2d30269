"""``Any``: JSON values, and a few more that say themselves what they are.

What a function without annotations returns is stored so. JSON has no bytes, tuples and sets:
they are written as ``{"$bytes": "<base64>"}``, ``{"$tuple": [...]}``, ``{"$set": [...]}`` and
``{"$frozenset": [...]}``. Anything else needs an annotation.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, Final

import msgspec

from funsies.core.encoding.node import (
    Json,
    Node,
    Refused,
    remedy_for_items,
    show,
    show_key,
)
from funsies.core.encoding.scalars import (
    decode_special,
    encode_float,
    encode_int,
    encode_text,
    is_unicode,
    plain_scalar,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_REMEDY: Final = "annotate the value's type, so that funsies knows how to store it"


class AnyNode(Node):
    """Values of unknown type: plain ones, and lists, dicts, tuples and sets of them."""

    label = "Any"
    rank = 0

    def encode(self, value: object) -> Json:
        """Write a JSON value."""
        return encode_any(value)

    def decode(self, raw: Json) -> object:
        """Read a JSON value."""
        return decode_any(raw)

    def admits(self, value: object) -> bool:  # noqa: ARG002  (it makes no difference)
        """True: a parameter without a type takes what it is given, as what it is."""
        return True


def encode_any(value: object) -> Json:
    """Write a value of unknown type, or refuse what is not a JSON value."""
    kind = type(value)
    if value is None or kind is bool:
        return value
    encode = _ENCODERS.get(kind)
    if encode is not None:
        return encode(value)
    plain = plain_scalar(value)
    if plain is None or type(plain) is complex:
        remedy = remedy_for_items(kind) or _REMEDY
        raise Refused(
            f"without an annotation only plain values are stored, not {show(value)}; {remedy}"
        )
    return encode_any(plain)


def _encode_list(value: list[object]) -> Json:
    result: list[Json] = []
    try:
        for item in value:
            result.append(encode_any(item))  # noqa: PERF401  (its length is the path)
    except Refused as refusal:
        raise refusal.at(f"[{len(result)}]") from None
    return result


def _encode_dict(value: dict[object, object]) -> Json:
    keys = text_keys(value)
    pairs: list[tuple[str, Json]] = []
    try:
        for key in keys:
            pairs.append((key, encode_any(value[key])))  # noqa: PERF401  (likewise)
    except Refused as refusal:
        raise refusal.at(f"[{show_key(keys[len(pairs)])}]") from None
    return text_pairs(pairs)


def _encode_bytes(value: bytes) -> Json:
    return {"$bytes": base64.b64encode(value).decode()}


def _encode_tuple(value: tuple[object, ...]) -> Json:
    return {"$tuple": _encode_list(list(value))}


def _encode_set(value: set[object] | frozenset[object]) -> Json:
    """Equal sets have equal bytes: the items are sorted by theirs."""
    items = sorted((encode_any(item) for item in value), key=msgspec.json.encode)
    return {f"${type(value).__name__}": items}


_ENCODERS: Final[dict[type, Callable[[Any], Json]]] = {
    str: encode_text,
    float: encode_float,
    int: encode_int,
    list: _encode_list,
    dict: _encode_dict,
    bytes: _encode_bytes,
    tuple: _encode_tuple,
    set: _encode_set,
    frozenset: _encode_set,
}


def _decode_bytes(raw: Json) -> bytes:
    if type(raw) is not str:
        raise Refused(f"expected base64, found {show(raw)}")
    try:
        return base64.b64decode(raw, validate=True)
    except (binascii.Error, ValueError):
        raise Refused("expected base64, found other text") from None


def _decode_items(raw: Json) -> list[object]:
    if type(raw) is not list:
        raise Refused(f"expected a list, found {show(raw)}")
    return [decode_any(item) for item in raw]


_DECODERS: Final[dict[str, Callable[[Json], object]]] = {
    "$bytes": _decode_bytes,
    "$tuple": lambda raw: tuple(_decode_items(raw)),
    "$set": lambda raw: set(_decode_items(raw)),
    "$frozenset": lambda raw: frozenset(_decode_items(raw)),
}


def text_keys(value: dict[object, object]) -> list[str]:
    """Return the keys of a dict, or refuse those that are no texts."""
    keys: list[str] = []
    for key in value:
        if type(key) is not str:
            raise Refused(
                f"without an annotation keys are texts only, not {show(key)}; {_REMEDY}"
            )
        keys.append(key)
    return keys


def text_pairs(pairs: list[tuple[str, Json]]) -> Json:
    """Write pairs with text keys as a JSON object, or as ``$dict`` where that cannot be."""
    joined = "".join([key for key, _ in pairs])
    if ("$" not in joined and joined.isascii()) or all(_is_plain_key(key) for key, _ in pairs):
        return dict(pairs)
    return {"$dict": [[encode_text(key), item] for key, item in pairs]}


def _is_plain_key(key: str) -> bool:
    return not key.startswith("$") and is_unicode(key)


def read_text_pairs(raw: Json) -> list[tuple[str, Json]] | None:
    """Read what text_pairs wrote; None if the data are not that."""
    if type(raw) is not dict:
        return None
    if not any(key.startswith("$") for key in raw):
        return list(raw.items())
    content = raw.get("$dict")
    if len(raw) != 1 or type(content) is not list:
        return None
    pairs = [_read_pair(pair) for pair in content]
    if len({key for key, _ in pairs}) != len(pairs):
        raise Refused("a dict with the same key twice")
    return pairs


def _read_pair(pair: Json) -> tuple[str, Json]:
    if type(pair) is not list or len(pair) != 2:  # noqa: PLR2004  (key, value)
        raise Refused(f"expected a pair of key and value, found {show(pair)}")
    key = pair[0] if type(pair[0]) is str else decode_special(pair[0])
    if type(key) is not str:
        raise Refused(f"expected a text as key, found {show(pair[0])}")
    return key, pair[1]


def decode_any(raw: Json) -> object:
    """Read a JSON value, special forms included."""
    if type(raw) is list:
        return [decode_any(item) for item in raw]
    if type(raw) is not dict:
        return raw
    if len(raw) == 1:
        name, content = next(iter(raw.items()))
        if name in _DECODERS:
            return _DECODERS[name](content)
    value = decode_special(raw)
    if value is not None:
        return value
    pairs = read_text_pairs(raw)
    if pairs is None:
        raise Refused(f"expected a JSON value, found the special form {next(iter(raw))}")
    return {key: decode_any(item) for key, item in pairs}
