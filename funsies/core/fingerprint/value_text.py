"""How a value looks that code holds: for people who compare two runs, and for nothing else.

It is bounded, calls nothing that users have written, and shows no address of memory: the same
value looks the same in each process.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from itertools import islice
from pathlib import PosixPath, PurePosixPath, PureWindowsPath
from types import MemberDescriptorType
from typing import Any, Final

from funsies.core.fingerprint.project import is_project

MOST_CHARACTERS: Final = 4000
"""So long is a text at most."""

_LINE: Final = 72
_MOST_ITEMS: Final = 60
_DEEPEST: Final = 3
_MOST_BITS: Final = 2000
_CUT: Final = "..."

_PLAIN: Final = frozenset(
    {bool, float, complex, type(None), type(Ellipsis), range, Decimal, Fraction, uuid.UUID}
    | {dt.date, dt.time, dt.datetime, dt.timedelta, dt.timezone}
    | {PosixPath, PurePosixPath, PureWindowsPath, re.Pattern}
)
"""Types with a ``repr`` that is the language's own."""


def value_text(value: object) -> str:
    """Show a value as Python would be written; long containers with a line for each item.

    >>> value_text({"charge": 1, "solvent": None})
    "{'charge': 1, 'solvent': None}"
    >>> value_text([0.5, {2, 1}])
    '[0.5, {1, 2}]'
    """
    opening, items, closing = _parts(value, 0)
    text = f"{opening}{', '.join(items)}{closing}"
    if len(text) > _LINE and len(items) > 1:
        lines = "".join(f"    {each},\n" for each in items)
        text = f"{opening}\n{lines}{closing}"
    return text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS] + _CUT


def _shown(value: object, depth: int) -> str:
    opening, items, closing = _parts(value, depth)
    return f"{opening}{', '.join(items)}{closing}"


def _parts(value: Any, depth: int) -> tuple[str, list[str], str]:
    """What stands before the items of a value, the items, and what stands after them."""
    kind = type(value)
    if depth >= _DEEPEST and kind in _CONTAINERS:
        return _CUT, [], ""
    if kind in _CONTAINERS:
        return _CONTAINERS[kind](value, depth + 1)
    held = _attributes(value) if is_project(kind) and not isinstance(value, Enum) else {}
    if held and depth < _DEEPEST:
        return _of_object(kind, held, depth + 1)
    return _single(value), [], ""


def _single(value: Any) -> str:
    kind = type(value)
    if kind in (str, bytes, bytearray):
        return repr(value if len(value) <= MOST_CHARACTERS else value[:MOST_CHARACTERS])
    if kind is int:
        return repr(value) if value.bit_length() <= _MOST_BITS else f"{value:#x}"
    if kind in _PLAIN:
        return repr(value)
    if isinstance(value, Enum):
        return f"{kind.__name__}.{value.name}"
    if isinstance(value, type) or callable(value):
        return str(getattr(value, "__qualname__", kind.__qualname__))
    return f"<{kind.__qualname__}>"


def _attributes(value: object) -> dict[str, object]:
    """What an object holds, without asking its class."""
    try:
        held = dict(object.__getattribute__(value, "__dict__"))
    except (AttributeError, TypeError):
        held = {}
    for each in type(value).__mro__:
        for name, slot in vars(each).items():
            if type(slot) is MemberDescriptorType:
                with suppress(AttributeError):
                    held[name] = slot.__get__(value)
    return {name: each for name, each in held.items() if isinstance(name, str)}


def _items(values: Iterable[object], depth: int) -> list[str]:
    shown = [_shown(each, depth) for each in islice(values, _MOST_ITEMS + 1)]
    return shown if len(shown) <= _MOST_ITEMS else [*shown[:_MOST_ITEMS], _CUT]


def _of_dict(value: dict[object, object], depth: int) -> tuple[str, list[str], str]:
    pairs = islice(value.items(), _MOST_ITEMS)
    shown = [f"{_shown(key, depth)}: {_shown(each, depth)}" for key, each in pairs]
    return "{", [*shown, _CUT] if len(value) > _MOST_ITEMS else shown, "}"


def _of_object(kind: type, held: dict[str, object], depth: int) -> tuple[str, list[str], str]:
    named = islice(sorted(held.items()), _MOST_ITEMS)
    return f"{kind.__name__}(", [f"{name}={_shown(each, depth)}" for name, each in named], ")"


def _of_set(value: Iterable[object], depth: int) -> tuple[str, list[str], str]:
    """In the order of what is shown: a set has none of its own."""
    shown = sorted(_shown(each, depth) for each in value)
    more = [_CUT] if len(shown) > _MOST_ITEMS else []
    return ("{", [*shown[:_MOST_ITEMS], *more], "}") if shown else ("set()", [], "")


_CONTAINERS: Final[dict[type, Callable[[Any, int], tuple[str, list[str], str]]]] = {
    list: lambda value, depth: ("[", _items(value, depth), "]"),
    tuple: lambda value, depth: ("(", _items(value, depth), ",)" if len(value) == 1 else ")"),
    dict: _of_dict,
    set: _of_set,
    frozenset: _of_set,
}
