"""Dicts with text keys: a JSON object, or pairs where that cannot be."""

from __future__ import annotations

from funsies.core.encoding.node import Json, Refused, show
from funsies.core.encoding.scalars import decode_special, encode_text, is_unicode


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
    pairs = [_text_pair(pair) for pair in content]
    if len({key for key, _ in pairs}) != len(pairs):
        raise Refused("a dict with the same key twice")
    return pairs


def _text_pair(pair: Json) -> tuple[str, Json]:
    raw, item = read_pair(pair)
    key = raw if type(raw) is str else decode_special(raw)
    if type(key) is not str:
        raise Refused(f"expected a text as key, found {show(raw)}")
    return key, item


def read_pair(pair: Json) -> tuple[Json, Json]:
    """Take a pair of key and value apart."""
    if type(pair) is not list or len(pair) != 2:  # noqa: PLR2004  (key, value)
        raise Refused(f"expected a pair of key and value, found {show(pair)}")
    return pair[0], pair[1]
