"""Values: by their content, deeply; things that are harmless to hold, by name."""

from __future__ import annotations

import copyreg
import datetime as dt
import functools
import logging
import os
import random
import re
import struct
import sys
import threading
import types
import typing
import uuid
from collections.abc import Callable, Iterable
from contextvars import Context, ContextVar
from decimal import Decimal
from fractions import Fraction
from functools import partial
from pathlib import PosixPath, PurePosixPath, PureWindowsPath, WindowsPath
from typing import Any, Final, TypeAlias

import cloudpickle  # type: ignore[import-untyped]
import msgspec

from funsies.core.digest import Field, content_digest
from funsies.core.encoding.hints import ALIAS_TYPES, RecursiveAlias
from funsies.core.fingerprint.advice import USUAL, Way
from funsies.core.fingerprint.environment import is_environment
from funsies.core.fingerprint.library_functions import unseen_name
from funsies.core.fingerprint.project import is_project
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


def _environment(walk: Walk, value: object, name: str) -> Field:
    """That in which the code runs, whatever is in it here; of a copy the content counts."""
    if is_environment(value):
        return walk.library("os", "environ")
    return walk.value(value, "object", describe_instance, name)


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
    if isinstance(value, types.UnionType):  # its class has another name since Python 3.14
        origin: Field = walk.library("types", "UnionType")
    else:
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
    type(os.environ): _environment,
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
    type(typing.ClassVar): _special_form,
    type(typing.NewType("N", int)): _new_type,
    type(typing.Literal[1]): _alias,
    type(typing.Annotated[int, 1]): _alias,
    msgspec.Meta: _constraints,
    ArrayShape: _by_str,
    **dict.fromkeys((*ALIAS_TYPES, RecursiveAlias), _type_alias),
    types.NotImplementedType: _by_kind,
    # In a partial of Python 3.14: where an argument is still to come.
    type(getattr(functools, "Placeholder", NotImplemented)): _by_kind,
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


# Values with content: containers, arrays, and instances of classes.


def describe_list(walk: Walk, values: list[object]) -> tuple[Field, ...]:
    """The items of a list."""
    return tuple(walk.field(each, f"[{index}]") for index, each in enumerate(values))


def describe_dict(walk: Walk, mapping: dict[object, object]) -> tuple[Field, ...]:
    """Keys and values in their order: a function that iterates sees it."""
    return tuple(
        (
            walk.field(key, "key"),
            walk.field(value, f"[{key!r:.40}]" if type(key) is str else "[]"),
        )
        for key, value in mapping.items()
    )


def describe_set(walk: Walk, members: Iterable[object]) -> tuple[Field, ...]:
    """The members of a set, in an order that no hash seed can change."""
    if id(members) in walk.enclosing:
        return ("enclosing", len(walk.enclosing) - walk.enclosing.index(id(members)))
    found = []
    for member in members:
        apart = walk.apart(members)
        found.append(apart.finish(apart.field(member, "member")))
    return tuple(sorted(found))


def describe_array(walk: Walk, array: Any) -> tuple[Field, ...]:
    """A NumPy array: type, shape and content."""
    walk.library("numpy")
    if array.dtype.hasobject:
        return str(array.dtype.str), tuple(array.shape), walk.field(array.tolist(), "items")
    kind = repr(array.dtype.descr) if array.dtype.names else str(array.dtype.str)
    return kind, tuple(array.shape), content_digest(array.tobytes())


def is_array(thing: object) -> bool:
    """True of a NumPy array; NumPy is not imported to find out."""
    kind = type(thing)
    return kind.__name__ == "ndarray" and kind.__module__ == "numpy"


_GENERATORS: Final = frozenset({"Random", "Generator", "RandomState"})


def describe_instance(walk: Walk, thing: object) -> tuple[Field, ...]:
    """An object, by what it would be rebuilt from."""
    kind = type(thing)
    if isinstance(thing, random.Random) or (
        kind.__module__.startswith("numpy.random") and kind.__name__ in _GENERATORS
    ):
        walk.refuse(
            "",
            "a random generator changes each time it is used, so results would depend on "
            "what ran before",
            (
                "make it inside the function, from a seed that is an input or a constant",
                Way.LEAVE_OUT,
                Way.STATE,
            ),
        )
    return _rebuilt_from(walk, _reduced(walk, thing), kind)


def _reduced(walk: Walk, thing: object) -> Any:
    reducer = copyreg.dispatch_table.get(type(thing))
    try:
        return reducer(thing) if reducer is not None else thing.__reduce_ex__(4)
    except Exception as problem:  # noqa: BLE001 (any class may define how it is reduced)
        kind = type(thing)
        walk.refuse(
            "",
            f"an object of type {kind.__module__}.{kind.__qualname__} has contents that "
            f"cannot be seen ({problem})",
            USUAL if _can_travel(thing) else ("make it inside the function",),
        )


def _can_travel(thing: object) -> bool:
    """True if a function that holds this can be sent to a worker, once it is left out here."""
    try:
        cloudpickle.dumps(thing)
    except Exception:  # noqa: BLE001 (any class may define how it is pickled)
        return False
    return True


def _rebuilt_from(walk: Walk, reduced: Any, kind: type) -> tuple[Field, ...]:
    if isinstance(reduced, str):
        return "by name", walk.library(kind.__module__), reduced
    walk.keep(reduced)
    function, arguments, state, items, pairs = (*reduced, None, None, None)[:5]
    return (
        unseen_name(function) or walk.field(function, kind.__name__),
        tuple(walk.field(each, kind.__name__) for each in arguments),
        _state(walk, kind, _without_slots(kind, state)),
        tuple(walk.field(each, "item") for each in items or ()),
        tuple((walk.field(key, "key"), walk.field(each, "value")) for key, each in pairs or ()),
    )


def _without_slots(kind: type, state: object) -> object:
    """Attributes in slots among the others: a class loses its slots when it travels."""
    match state:
        case (None | dict() as attributes, dict() as slots) if _is_plain(kind):
            return {**(attributes or {}), **slots}
        case _:
            return state


def _is_plain(kind: type) -> bool:
    """True of a class whose instances are taken apart in Python's own way."""
    own = ("__getstate__", "__reduce__", "__reduce_ex__")
    return all(getattr(kind, name) is getattr(object, name) for name in own)


def _state(walk: Walk, kind: type, state: object) -> Field:
    """The state of an object; the order in which attributes were set says nothing."""
    if isinstance(state, tuple):
        return tuple(_state(walk, kind, each) for each in state)
    if type(state) is dict and all(isinstance(name, str) for name in state):
        attribute = _attribute if is_project(kind) else _hidden_attribute
        return tuple((name, attribute(walk, kind, name, state[name])) for name in sorted(state))
    return walk.field(state, "state")


def _attribute(walk: Walk, kind: type, name: str, value: object) -> Field:
    """An attribute of an object of the project: the user knows it, and may have it ignored."""
    qualified = f"{kind.__name__}.{name}"
    if walk.is_ignored(name, qualified):
        return "ignored"
    with walk.reached_by(qualified):
        return walk.field(value, name)


def _hidden_attribute(walk: Walk, _kind: type, name: str, value: object) -> Field:
    return walk.field(value, name)
