"""Many objects of one class with fields, column by column."""

from __future__ import annotations

from collections import deque
from itertools import repeat
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any

from funsies.core.encoding.plain import are_all

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


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
