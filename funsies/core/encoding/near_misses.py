"""Values that are almost what is asked for, and how they become it."""

from __future__ import annotations

import io
from array import array
from collections import (
    ChainMap,
    OrderedDict,
    UserDict,
    UserList,
    UserString,
    defaultdict,
    deque,
)
from collections.abc import Collection, ItemsView, Iterator, KeysView, ValuesView
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import Final

_COLLECTIONS: Final = (list, tuple, set, frozenset, deque)
_ITEMS: Final = (*_COLLECTIONS, array, UserList)
_CONVERTED: Final[tuple[tuple[type, tuple[type, ...]], ...]] = (
    *((kind, _ITEMS) for kind in _COLLECTIONS),
    (dict, (MappingProxyType, ChainMap, UserDict, OrderedDict, defaultdict)),
    (bytes, (bytearray, memoryview, bytes)),
    (str, (PurePath, UserString)),
    (type(Path()), (str,)),
)
"""Classes, and those whose objects can be converted to them without a loss."""


_TO_LIST: Final = ("tolist", "to_list", "to_pylist")


def remedy_for_items(kind: type, accepts: Collection[type] = ()) -> str:
    """What to do with a class whose objects give items, and are no collection themselves.

    Args:
        kind: the class.
        accepts: classes, one of which would do in its place.
    """
    target = next((each.__name__ for each in _COLLECTIONS if each in accepts), "list")
    if issubclass(kind, io.IOBase):
        return "a file: pass what it contains, or f.put_file(its name)"
    if issubclass(kind, Iterator):
        return f"it can be read only once: pass {target}(...) of it"
    if issubclass(kind, (range, KeysView, ValuesView, ItemsView)):
        return f"pass {target}(...) of it"
    return ""


def conversion(kind: type, accepts: Collection[type]) -> str:
    """How an object becomes one of a class that would do in its place; "" if it cannot.

    Args:
        kind: the class of the object.
        accepts: classes that would do.
    """
    known = ((to, given) for to, given in _CONVERTED if to in accepts and kind not in accepts)
    target = next((to.__name__ for to, given in known if issubclass(kind, given)), None)
    if target == "list" and issubclass(kind, (set, frozenset)):
        target = "sorted"
    if target is None and list in accepts:
        return _by_method(kind)
    return "" if target is None else f"pass {target}(...) of it"


def _by_method(kind: type) -> str:
    """How arrays and columns of libraries become lists."""
    method = next((each for each in _TO_LIST if hasattr(kind, each)), None)
    return "" if method is None else f"pass .{method}() of it"
