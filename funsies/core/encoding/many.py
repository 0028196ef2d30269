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
from itertools import accumulate, chain, islice
from typing import TYPE_CHECKING, Any, TypeAlias

from funsies.core.encoding.node import Refused, show_key

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from funsies.core.encoding.node import Json, Node

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
    except Refused as refusal:
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
    except Refused as refusal:
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
    except Refused as refusal:
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
    except Refused as refusal:
        raise refusal.at(steps[len(done)]) from None
    is_same = all(new is old for new, old in zip(done, columns, strict=True))
    return columns if is_same else done


def _index(values: Collection[Any], position: int) -> str:  # noqa: ARG001  (as of a dict)
    return f"[{position}]"


def _key(items: dict[Any, Any], position: int) -> str:
    return f"[{show_key(list(items)[position])}]"
