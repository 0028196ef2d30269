"""Items of sets and keys of dicts: values that are found by being equal."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from funsies.core.encoding.node import Json, Node, Refused, canonical_json
from funsies.core.encoding.scalars import plain_scalar

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    except Refused as refusal:
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
        raise Refused("NaN in a set or as a key of a dict could never be found again")


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
