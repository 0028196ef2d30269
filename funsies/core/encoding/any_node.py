"""``Any``: values that say themselves what they are.

What a function without annotations returns is stored so. JSON has no bytes, tuples and sets:
they are written as ``{"$bytes": "<base64>"}``, ``{"$tuple": [...]}``, ``{"$set": [...]}`` and
``{"$frozenset": [...]}``. All else that has an encoding is written with the name of its type
(``described.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from funsies.core.encoding.bulk import (
    are_all,
    are_plain_ints,
    are_plain_numbers,
    are_plain_texts,
    decode_values,
    encode_items,
    encode_values,
)
from funsies.core.encoding.described import (
    NotHere,
    decode_described,
    encode_described,
    plain_json,
)
from funsies.core.encoding.frames import decode_frame, is_frame
from funsies.core.encoding.keys import (
    decode_pairs,
    encode_keys,
    has_special_key,
    in_order,
    plain_keys,
    text_object,
)
from funsies.core.encoding.node import TAG, TYPE, CompositeNode, Node
from funsies.core.encoding.parts import Json, part, read_part
from funsies.core.encoding.pickled import FORM
from funsies.core.encoding.refusal import ValueRefused, show
from funsies.core.encoding.scalars import (
    decode_special,
    encode_float,
    encode_int,
    encode_text,
    plain_scalar,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from funsies.core.encoding.layouts import Layout


class AnyNode(Node):
    """Values of unknown type: each is stored as what it is."""

    label = "Any"
    rank = 0

    def encode(self, value: object) -> Json:
        """Write the value as what it is."""
        return encode_any(value)

    def decode(self, raw: Json) -> object:
        """Read the value as what it says that it is."""
        return decode_any(raw)

    def admits(self, value: object) -> bool:  # noqa: ARG002  (it makes no difference)
        """True: a parameter without a type takes what it is given, as what it is."""
        return True

    def encode_all(self, values: list[Any]) -> list[Any]:
        """Hand on values that are plain, and all of one type."""
        kinds = set(map(type, values))
        are_plain = _PLAIN.get(kinds.pop()) if len(kinds) == 1 else None
        return values if are_plain and are_plain(values) else super().encode_all(values)

    def decode_all(self, raws: list[Any]) -> list[Any]:
        """Hand on values that are plain."""
        return raws if _PLAIN_TYPES.issuperset(map(type, raws)) else super().decode_all(raws)


_ANY: Final = AnyNode()
_PLAIN: Final = {str: are_plain_texts, float: are_plain_numbers, int: are_plain_ints}
_PLAIN_TYPES: Final = frozenset({str, float, int, bool, type(None)})


def encode_any(value: object) -> Json:
    """Write a value of unknown type, or refuse what has no encoding."""
    kind = type(value)
    if value is None or kind is bool:
        return value
    encode = _ENCODERS.get(kind)
    if encode is not None:
        return encode(value)
    plain = plain_scalar(value)
    return encode_described(value) if plain is None else encode_any(plain)


def _encode_list(value: list[object]) -> Json:
    return encode_items(_ANY, value)


def _encode_dict(value: dict[object, object]) -> Json:
    plain = plain_keys(value)
    items = encode_values(_ANY, plain)
    if are_all(str, items):
        return text_object(items)
    keys = encode_keys(_ANY, plain, "{key}")
    return {"$dict": list(zip(keys, items.values(), strict=True))}


def _encode_bytes(value: bytes) -> Json:
    return {"$bytes": part(value)}


def _encode_tuple(value: tuple[object, ...]) -> Json:
    return {"$tuple": _encode_list(list(value))}


def _encode_set(value: set[object] | frozenset[object]) -> Json:
    """Equal sets have equal bytes: the items are sorted by theirs."""
    return {f"${type(value).__name__}": in_order(encode_keys(_ANY, value, "{item}"))}


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
    return bytes(read_part(raw))


def _decode_items(raw: Json) -> list[object]:
    if type(raw) is not list:
        raise ValueRefused(f"expected a list, found {show(raw)}")
    result: list[object] = []
    try:
        for item in raw:
            result.append(decode_any(item))  # noqa: PERF401  (its length is the path)
    except ValueRefused as refusal:
        raise refusal.at(f"[{len(result)}]") from None
    return result


def _decode_unique(raw: Json, kind: type[set[object] | frozenset[object]]) -> object:
    items = _decode_items(raw)
    result = kind(items)
    if len(result) != len(items):
        raise ValueRefused(f"expected a {kind.__name__}, found the same item twice")
    return result


def _decode_dict(raw: Json) -> object:
    if type(raw) is not list:
        raise ValueRefused(f"expected pairs of key and value, found {show(raw)}")
    return decode_pairs(_ANY, _ANY, raw, "a dict")


_DECODERS: Final[dict[str, Callable[[Json], object]]] = {
    "$bytes": _decode_bytes,
    "$dict": _decode_dict,
    "$tuple": lambda raw: tuple(_decode_items(raw)),
    "$set": lambda raw: _decode_unique(raw, set),
    "$frozenset": lambda raw: _decode_unique(raw, frozenset),
}


def decode_any(raw: Json) -> object:
    """Read a value as what it says that it is."""
    if type(raw) is list:
        return _decode_items(raw)
    if type(raw) is not dict:
        return raw
    if len(raw) == 1:
        name, content = next(iter(raw.items()))
        if name in _DECODERS:
            return _DECODERS[name](content)
    if TYPE in raw:
        return _decode_described(raw)
    value = decode_frame(raw) if is_frame(raw) else decode_special(raw)
    if value is not None:
        return value
    if FORM in raw:
        raise ValueRefused(
            "found a pickle, which is read where its annotation says Pickled[...]"
        )
    if has_special_key(raw):
        raise ValueRefused(f"expected a value, found the special form {next(iter(raw))}")
    return decode_values(_ANY, raw)


def _decode_described(raw: dict[str, Json]) -> object:
    try:
        return decode_described(raw)
    except NotHere:
        return decode_any(raw["value"])


class AskedNode(CompositeNode):
    """What was written without an annotation, read as a type.

    Attributes:
        wanted: the type.
    """

    template = "(Any as {})"

    def __init__(self, wanted: Node) -> None:
        super().__init__(wanted)
        self.wanted = wanted
        self.label: str = wanted.label
        self.accepts: frozenset[type] | None = wanted.accepts

    def encode(self, value: object) -> Json:
        """Write the value as its type does."""
        return self.wanted.encode(value)

    def decode(self, raw: Json) -> object:
        """Read the value as what it says that it is; JSON of the type is read as the type."""
        try:
            value = decode_any(raw)
        except ValueRefused:
            return self.wanted.decode(plain_json(raw))
        return value if self.wanted.admits(value) else self.wanted.decode(plain_json(raw))

    def admits(self, value: object) -> bool:
        """True for what the type admits."""
        return self.wanted.admits(value)

    def layouts(self) -> tuple[Layout, ...]:
        """Those of the type."""
        return self.wanted.layouts()


class UnknownNode(AnyNode):
    """A type that is not known: plain values come back, the rest is the JSON that it is."""

    def decode(self, raw: Json) -> object:
        """Read a JSON value, whatever it was written as."""
        try:
            return decode_any(raw)
        except ValueRefused:
            return self._decode_parts(raw)

    def _decode_parts(self, raw: Json) -> object:
        if type(raw) is list:
            return [self.decode(item) for item in raw]
        if type(raw) is not dict:
            return raw
        if raw.keys() in ({TAG, "value"}, {TYPE, "value"}):
            return self.decode(raw["value"])
        return {key: self.decode(item) for key, item in raw.items()}
