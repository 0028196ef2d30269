"""Refusals of values and types: what does not fit, where it stands, and how it would fit."""

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
from typing import Final, Self

_SHOWN_TYPES: Final = (bool, int, float, str, type(None))
_SHOWN_CHARACTERS: Final = 60
_SHOWN_BITS: Final = 200
_TOLD_CHARACTERS: Final = 2000


class Refusal(Exception):
    """Something does not fit; knows the way to the bad part, from outside inwards."""

    def __init__(self, message: str) -> None:
        self.message = message
        self._steps: list[str] = []
        super().__init__(message)

    def at(self, step: str) -> Self:
        """Put one more step before the way, on the way out."""
        self._steps.append(step)
        return self

    @property
    def way(self) -> str:
        """From the outermost value or type to the bad part; "" if that is the bad one."""
        return "".join(reversed(self._steps))


class ValueRefused(Refusal):
    """A value, or JSON data, does not belong to a type.

    Attributes:
        position: of the bad one among many.
    """

    position: int = 0

    def __str__(self) -> str:
        """The message, after the way to the bad part."""
        return f"at {self.way}: {self.message}" if self.way else self.message


class TypeRefused(Refusal):
    """A type has no encoding.

    Attributes:
        whole: the annotation in which it stands.

    Args:
        what: the type.
        remedy: what to do.
    """

    whole: str = ""

    def __init__(self, what: str, remedy: str) -> None:
        self.remedy = remedy
        super().__init__(what)

    def __str__(self) -> str:
        """What has no encoding, where it stands, and what to do."""
        place = f" at {self.way} of {self.whole}" if self.way else ""
        return f"{self.message}{place} has no encoding; {self.remedy}"


def show(value: object) -> str:
    """Name a value's type, and the value itself if that is short and safe."""
    name = type_name(type(value))
    if value is None:
        return name
    if type(value) not in _SHOWN_TYPES:
        return f"a value of type {name}"
    if isinstance(value, int) and value.bit_length() > _SHOWN_BITS:
        return f"{name} of {value.bit_length()} bits"
    if isinstance(value, str) and len(value) > _SHOWN_CHARACTERS:
        return f"{name} {value[:_SHOWN_CHARACTERS]!a}..."
    return f"{name} {value!a}"


def show_key(key: object) -> str:
    """Write a key as it stands between brackets, if it is short and safe."""
    text = show(key)
    return text.partition(" ")[2] if type(key) in (str, int, float, bool) else text


def type_name(kind: type) -> str:
    """Name a class as its user would: without the module, or the function it stands in."""
    if kind is type(None):
        return "None"
    return kind.__qualname__.rpartition("<locals>.")[2]


def tell(problem: Exception) -> str:
    """Write an exception that other people's code raised, if it can be written."""
    name = type_name(type(problem))
    try:
        return f"{name}: {str(problem)[:_TOLD_CHARACTERS]}"
    except Exception:  # noqa: BLE001  (its __str__ is other people's code as well)
        return name


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
