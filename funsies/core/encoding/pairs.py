"""Dicts with text keys: a JSON object, or pairs where that cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from funsies.core.encoding.many import decode_values
from funsies.core.encoding.node import Json, Refused, show
from funsies.core.encoding.plain import are_all, are_unicode
from funsies.core.encoding.scalars import decode_special, encode_text

if TYPE_CHECKING:
    from collections.abc import Collection

    from funsies.core.encoding.node import Node


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
        raise Refused("a dict with the same key twice")
    return items


def has_special_key(keys: Collection[str]) -> bool:
    """True if a key begins with ``$``."""
    return "$" in "".join(keys) and any(key.startswith("$") for key in keys)


def _text_pair(pair: Json) -> tuple[str, Json]:
    raw, item = read_pair(pair)
    key = raw if type(raw) is str else decode_special(raw)
    if type(key) is not str:
        raise Refused(f"expected a text as key, found {show(raw)}")
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
        raise Refused(f"expected {label}, found the same key twice")
    return decode_values(value, items)


def read_pair(pair: Json) -> tuple[Json, Json]:
    """Take a pair of key and value apart."""
    if type(pair) is not list or len(pair) != 2:  # noqa: PLR2004  (key, value)
        raise Refused(f"expected a pair of key and value, found {show(pair)}")
    return pair[0], pair[1]
