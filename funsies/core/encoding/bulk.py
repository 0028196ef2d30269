"""Many values of one type at once: what a large value spends its time with.

A list of numbers *is* JSON data, and so is a column of them: the set of their types says so,
and their sum, or the text of all of them; no item is touched by Python code. Containers inside
of containers are looked at as one long list, classes with fields column by column. So
``encode_all`` and ``decode_all`` of a node return the very list that they were given where
nothing in it has to be changed, and whoever holds that list keeps it as it is, too.

What is unusual in any way (NaN, a subclass, a scalar of NumPy, a lone surrogate) is done one by
one, by ``encode`` and ``decode``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from itertools import accumulate, chain, islice, repeat
from math import isfinite
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from funsies.core.encoding.refusal import ValueRefused, show_key

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from funsies.core.encoding.node import Node
    from funsies.core.encoding.parts import Json

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


Act: TypeAlias = "Callable[[list[Any]], list[Any]]"
"""What makes many things of as many others; the very list if it changes nothing."""


def encode_items(item: Node, values: list[Any]) -> list[Json]:
    """Encode the values in order; a refusal says at which position."""
    return _at_items(item.encode_all, values)


def decode_items(item: Node, raw: list[Json]) -> list[Any]:
    """Decode the items in order; a refusal says at which position."""
    return _at_items(item.decode_all, raw)


def _at_items(act: Act, values: list[Any]) -> list[Any]:
    try:
        return act(values)
    except ValueRefused as refusal:
        raise refusal.at(_index(values, refusal.position)) from None


def encode_values(node: Node, items: dict[Any, Any]) -> dict[Any, Json]:
    """Encode the values of a dict; the very dict if they are JSON data."""
    return _at_values(node.encode_all, items)


def decode_values(node: Node, items: dict[Any, Json]) -> dict[Any, Any]:
    """Decode the values of a dict; the very dict if they are the values."""
    return _at_values(node.decode_all, items)


def _at_values(act: Act, items: dict[Any, Any]) -> dict[Any, Any]:
    values = list(items.values())
    try:
        done = act(values)
    except ValueRefused as refusal:
        raise refusal.at(_key(items, refusal.position)) from None
    return items if done is values else dict(zip(items, done, strict=True))


def all_items(act: Act, values: list[Any]) -> list[Any]:
    """Do something to the items of many sequences; the very list if nothing has changed."""
    return _all_inside(act, values, values, _index)


def all_values(act: Act, values: list[dict[Any, Any]]) -> list[dict[Any, Any]]:
    """Do something to the values of many dicts; the very list if nothing has changed."""
    before = [value.values() for value in values]
    after = _all_inside(act, before, values, _key)
    if after is before:
        return values
    return [dict(zip(old, new, strict=True)) for old, new in zip(values, after, strict=True)]


def _all_inside(
    act: Act,
    insides: list[Any],
    values: list[Any],
    step: Callable[[Any, int], str],
) -> list[Any]:
    """Take the items of all for one long list, and cut what has come of it again."""
    items = list(chain.from_iterable(insides))
    try:
        done = act(items)
    except ValueRefused as refusal:
        position = refusal.position
        refusal.position, inner = _place(insides, position)
        raise refusal.at(step(values[refusal.position], inner)) from None
    if done is items:
        return insides
    rest = iter(done)
    return [list(islice(rest, len(inside))) for inside in insides]


def _place(insides: Sequence[Collection[Any]], position: int) -> tuple[int, int]:
    """In which collection an item of the long list stands, and where."""
    ends = list(accumulate(map(len, insides)))
    number = bisect_right(ends, position)
    return number, position - ends[number] + len(insides[number])


def by_columns(
    acts: Iterable[Act], columns: list[list[Any]], steps: Sequence[str]
) -> list[list[Any]]:
    """Do to each column what is to be done to it; the very list if nothing has changed."""
    done: list[list[Any]] = []
    try:
        for act, column in zip(acts, columns, strict=True):
            done.append(act(column))
    except ValueRefused as refusal:
        raise refusal.at(steps[len(done)]) from None
    is_same = all(new is old for new, old in zip(done, columns, strict=True))
    return columns if is_same else done


def _index(values: Collection[Any], position: int) -> str:  # noqa: ARG001  (as of a dict)
    return f"[{position}]"


def _key(items: dict[Any, Any], position: int) -> str:
    return f"[{show_key(list(items)[position])}]"


def has_own_access(kind: type, names: Collection[str]) -> bool:
    """True if objects of a class keep fields in their ``__dict__``, and do not show them so."""
    if not kind.__dictoffset__:
        return False
    base: Any = object
    has_code = kind.__getattribute__ is not base.__getattribute__
    found = [getattr(kind, name, None) for name in names]
    return has_code or any(hasattr(type(each), "__set__") for each in found)


def columns_of_objects(kind: type, names: Sequence[str], values: list[Any]) -> list[list[Any]]:
    """The values of each field.

    Returns:
        Nothing if some object is of another class, or does not have just these fields.
    """
    if not are_all(kind, values):
        return []
    try:
        if not kind.__dictoffset__:
            return [list(map(attrgetter(name), values)) for name in names]
        return columns_of_dicts(names, list(map(vars, values)))
    except AttributeError:
        return []


def columns_of_dicts(names: Sequence[str], raws: list[Any]) -> list[list[Any]]:
    """The values of each key.

    Returns:
        Nothing if some JSON data are no object with just these keys.
    """
    if not (are_all(dict, raws) and {len(names)}.issuperset(map(len, raws))):
        return []
    try:
        return [list(map(itemgetter(name), raws)) for name in names]
    except KeyError:
        return []


def make_objects(kind: type, names: Sequence[str], columns: list[list[Any]]) -> list[Any]:
    """Make objects without calling their ``__init__``."""
    base: Any = object
    assign = setattr if kind.__setattr__ is base.__setattr__ else base.__setattr__
    made: list[object] = [object.__new__(kind) for _ in columns[0]]
    for name, column in zip(names, columns, strict=True):
        deque(map(assign, made, repeat(name), column), maxlen=0)
    return made
