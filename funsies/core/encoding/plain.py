"""Which numbers and texts are JSON data as they are; asked of many at once."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

SMALLEST: Final = -(2**63)
LARGEST: Final = 2**63 - 1
"""Integers in between are JSON integers; others are written in hexadecimal, which is linear in
the number of digits and has no limit."""


def are_all(kind: type, values: Iterable[Any]) -> bool:
    """True if all values are of exactly this class."""
    return {kind}.issuperset(map(type, values))


def are_plain_nones(values: list[Any]) -> bool:
    """True if all of these are None."""
    return are_all(type(None), values)


def are_plain_truths(values: list[Any]) -> bool:
    """True if all of these are truth values."""
    return are_all(bool, values)


def are_plain_ints(values: list[Any]) -> bool:
    """True if JSON has all of these numbers, which are integers."""
    return {int, bool}.issuperset(map(type, values)) and _are_small(values)


def _are_small(values: list[Any]) -> bool:
    return not values or SMALLEST <= min(values) <= max(values) <= LARGEST


def are_plain_numbers(values: list[Any]) -> bool:
    """True if JSON has all of these numbers."""
    kinds = set(map(type, values))
    if kinds == {float}:
        return isfinite(sum(values))
    return kinds <= {int, bool} and _are_small(values)


def are_plain_texts(values: list[Any]) -> bool:
    """True if JSON has all of these texts."""
    return {str}.issuperset(map(type, values)) and are_unicode(values)


def are_unicode(texts: Iterable[str]) -> bool:
    """True if UTF-8 can hold all of the texts."""
    joined = "".join(texts)
    return joined.isascii() or is_unicode(joined)


def is_unicode(value: str) -> bool:
    """True if UTF-8 can hold the text."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
