"""Plain values, by content; and things that are harmless to hold, by name."""

from __future__ import annotations

import datetime as dt
import logging
import re
import struct
import sys
import threading
import types
import typing
import uuid
from collections.abc import Callable
from contextvars import Context, ContextVar
from decimal import Decimal
from fractions import Fraction
from functools import partial
from pathlib import PosixPath, PurePosixPath, PureWindowsPath, WindowsPath
from typing import Any, Final, TypeAlias

import msgspec

from funsies.core.digest import Field
from funsies.core.encoding.hints import ALIAS_TYPES, RecursiveAlias
from funsies.core.fingerprint.walk import Walk
from funsies.core.shape import ArrayShape

ATOMS: Final = frozenset({bool, int, float, complex, str, bytes, type(None), type(Ellipsis)})
"""Described by :func:`constant_field`."""

Inline: TypeAlias = Callable[[Walk, Any, str], Field]


def _items(walk: Walk, values: tuple[object, ...], name: str) -> Field:
    return type(values).__name__, tuple(walk.field(each, name) for each in values)


def _time(walk: Walk, value: Any, name: str) -> Field:
    zone = walk.field(value.tzinfo, name)
    return type(value).__name__, value.replace(tzinfo=None).isoformat(), value.fold, zone


def _by_str(_walk: Walk, value: object, _name: str) -> Field:
    return type(value).__name__, str(value)


def _by_name(_walk: Walk, value: Any, _name: str) -> Field:
    return type(value).__name__, str(getattr(value, "name", None) or value.__name__)


def _context_variable(walk: Walk, value: ContextVar[Any], name: str) -> Field:
    """With its default: a step runs in a context of its own, where nothing has been set."""
    try:
        default = walk.field(Context().run(value.get), name)
    except LookupError:
        return "ContextVar", value.name
    return "ContextVar", value.name, default


def _by_kind(_walk: Walk, value: object, _name: str) -> Field:
    return ("harmless", type(value).__name__)


def _bytearray(walk: Walk, value: bytearray, _name: str) -> Field:
    walk.snapshot.values.append((partial(bytes, value), bytes(value)))
    return "bytearray", bytes(value)


def _pattern(walk: Walk, value: re.Pattern[Any], name: str) -> Field:
    return "Pattern", walk.field(value.pattern, name), value.flags


def _bounds(walk: Walk, value: range | slice, name: str) -> Field:
    bounds = (value.start, value.stop, value.step)
    return type(value).__name__, tuple(walk.field(each, name) for each in bounds)


def _alias(walk: Walk, value: Any, name: str) -> Field:
    origin = walk.field(typing.get_origin(value), name)
    return "alias", origin, tuple(walk.field(each, name) for each in typing.get_args(value))


def _special_form(_walk: Walk, value: Any, _name: str) -> Field:
    return "typing", str(getattr(value, "_name", None) or value)


def _new_type(walk: Walk, value: Any, name: str) -> Field:
    return "NewType", str(value.__name__), walk.field(value.__supertype__, name)


def _type_alias(walk: Walk, alias: Any, name: str) -> Field:
    return walk.node(alias, "type alias", _describe_type_alias, name)


def _describe_type_alias(walk: Walk, alias: Any) -> tuple[Field, ...]:
    try:
        return (walk.field(alias.__value__, alias.__name__),)
    except NameError:  # what it names is only there for type checkers
        return ("unbound",)


def _constraints(walk: Walk, value: msgspec.Meta, name: str) -> Field:
    held = tuple((key, walk.field(each, name)) for key, each in value.__rich_repr__())
    return "Meta", held


INLINE: Final[dict[type, Inline]] = {
    tuple: _items,
    range: _bounds,
    slice: _bounds,
    bytearray: _bytearray,
    dt.datetime: _time,
    dt.time: _time,
    dt.date: lambda _walk, value, _name: ("date", value.isoformat()),
    dt.timedelta: lambda _walk, value, _name: (
        "timedelta",
        value.days,
        value.seconds,
        value.microseconds,
    ),
    dt.timezone: _by_str,
    Decimal: _by_str,
    Fraction: _by_str,
    uuid.UUID: _by_str,
    **dict.fromkeys((PurePosixPath, PureWindowsPath, PosixPath, WindowsPath), _by_str),
    re.Pattern: _pattern,
    struct.Struct: lambda _walk, value, _name: ("Struct", value.format),
    types.GenericAlias: _alias,
    types.UnionType: _alias,
    type(list[int] | None): _alias,
    type(typing.List[int]): _alias,  # noqa: UP006 (this class of typing is what is meant)
    type(typing.Optional[int]): _alias,  # noqa: UP045 (this class of typing is what is meant)
    type(typing.Callable[[int], int]): _alias,
    type(typing.Any): _special_form,
    type(typing.Union): _special_form,
    type(typing.NewType("N", int)): _new_type,
    type(typing.Literal[1]): _alias,
    type(typing.Annotated[int, 1]): _alias,
    msgspec.Meta: _constraints,
    ArrayShape: _by_str,
    **dict.fromkeys((*ALIAS_TYPES, RecursiveAlias), _type_alias),
    types.NotImplementedType: _by_kind,
    typing.TypeVar: _by_name,
    typing.ParamSpec: _by_name,
    typing.TypeVarTuple: _by_name,
    logging.Logger: _by_name,
    logging.RootLogger: _by_name,
    ContextVar: _context_variable,
    type(threading.Lock()): _by_kind,
    type(threading.RLock()): _by_kind,
    threading.Condition: _by_kind,
    threading.Event: _by_kind,
    threading.Semaphore: _by_kind,
    threading.BoundedSemaphore: _by_kind,
    threading.local: _by_kind,
}
"""Exact type -> how it enters a record."""


def is_standard_stream(value: object) -> bool:
    """True of ``sys.stdout`` and the like: they are the worker's own, wherever it runs."""
    return value is not None and any(
        value is getattr(sys, name) for name in ("stdin", "stdout", "stderr")
    )
