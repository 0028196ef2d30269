"""Items of sets and keys of dicts, found by being equal; dicts as JSON objects or pairs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from funsies.core.encoding.bulk import are_all, are_unicode, decode_values
from funsies.core.encoding.node import Node
from funsies.core.encoding.parts import Json, canonical_json
from funsies.core.encoding.refusal import ValueRefused, show
from funsies.core.encoding.scalars import decode_special, encode_text, plain_scalar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from funsies.core.encoding.node import Node

_NAN_FORM: Final = b'{"$float":"nan"}'
_FOUND: Final = frozenset({str, int, bool, bytes, type(None)})
"""Types of which each value equals itself."""


def encode_keys(node: Node, keys: Iterable[Any], step: str) -> list[Json]:
    """Encode items of a set or keys of a dict; NaN is refused.

    Args:
        node: their type.
        keys: these.
        step: how one of them is named in messages.
    """
    keys = list(keys)
    try:
        raws = node.encode_all(keys)
    except ValueRefused as refusal:
        raise refusal.at(step) from None
    if not _FOUND.issuperset(map(type, keys)):
        for key, raw in zip(keys, raws, strict=True):
            check_key(key, raw)
    return raws


def in_order(raws: list[Json]) -> list[Json]:
    """Sort the items of a set: equal sets have equal bytes."""
    return sorted(raws, key=canonical_json)


def check_key(key: object, raw: Json) -> None:
    """Refuse NaN, alone or inside of a tuple or an object: it is found by being equal."""
    is_deep = type(raw) not in (str, int, float, bool)
    if _is_nan(key) or (is_deep and (_NAN_FORM in canonical_json(raw) or _has_nan(key))):
        raise ValueRefused("NaN in a set or as a key of a dict could never be found again")


def _is_nan(value: object) -> bool:
    return type(value) not in _FOUND and bool(value != value)  # noqa: PLR0124  (only NaN does)


def _has_nan(value: object) -> bool:
    """Look for a NaN that JSON data do not tell from a text."""
    if isinstance(value, Decimal):
        return value.is_nan()
    return any(map(_has_nan, _inside(value)))


def _inside(value: Any) -> Iterable[object]:
    if isinstance(value, (tuple, frozenset)):
        return value
    kind: Any = type(value)
    names = (
        getattr(kind, "__dataclass_fields__", ())
        or getattr(kind, "__struct_fields__", ())
        or [field.name for field in getattr(kind, "__attrs_attrs__", ())]
    )
    return [getattr(value, name, None) for name in names]


def plain_keys(items: dict[Any, Any]) -> dict[Any, Any]:
    """The same dict, with the Python values that equal its keys in the place of NumPy's."""
    if _FOUND.issuperset(map(type, items)):
        return items
    return {_plain(key): value for key, value in items.items()}


def _plain(key: object) -> object:
    plain = plain_scalar(key)
    return key if plain is None else plain


def text_object(items: dict[str, Json]) -> Json:
    """Write a dict with text keys as a JSON object, or as ``$dict`` where that cannot be."""
    if are_plain_keys(items):
        return items
    return {"$dict": [[encode_text(key), item] for key, item in items.items()]}


def are_plain_keys(keys: Collection[str]) -> bool:
    """True if a JSON object can have all of these texts as its keys."""
    return not has_special_key(keys) and are_unicode(keys)


def read_text_object(raw: Json) -> dict[str, Json] | None:
    """Read what text_object wrote; None if the data are not that."""
    if type(raw) is not dict:
        return None
    if not has_special_key(raw):
        return raw
    content = raw.get("$dict")
    if len(raw) != 1 or type(content) is not list:
        return None
    items = dict(map(_text_pair, content))
    if len(items) != len(content):
        raise ValueRefused("a dict with the same key twice")
    return items


def has_special_key(keys: Collection[str]) -> bool:
    """True if a key begins with ``$``."""
    return "$" in "".join(keys) and any(key.startswith("$") for key in keys)


def _text_pair(pair: Json) -> tuple[str, Json]:
    raw, item = read_pair(pair)
    key = raw if type(raw) is str else decode_special(raw)
    if type(key) is not str:
        raise ValueRefused(f"expected a text as key, found {show(raw)}")
    return key, item


def decode_pairs(key: Node, value: Node, raw: list[Any], label: str) -> dict[Any, Any]:
    """Read pairs of key and value, in the order given.

    Args:
        key: the type of the keys.
        value: that of the values.
        raw: the pairs.
        label: of the whole, for messages.
    """
    if not (are_all(list, raw) and {2}.issuperset(map(len, raw))):
        raw = list(map(read_pair, raw))  # says which is none
    keys = key.decode_all([pair[0] for pair in raw])
    items = dict(zip(keys, [pair[1] for pair in raw], strict=True))
    if len(items) != len(raw):
        raise ValueRefused(f"expected {label}, found the same key twice")
    return decode_values(value, items)


def read_pair(pair: Json) -> tuple[Json, Json]:
    """Take a pair of key and value apart."""
    if type(pair) is not list or len(pair) != 2:  # noqa: PLR2004  (key, value)
        raise ValueRefused(f"expected a pair of key and value, found {show(pair)}")
    return pair[0], pair[1]
