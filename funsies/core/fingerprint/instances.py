"""Objects with content: containers, arrays, and instances of classes."""

from __future__ import annotations

import copyreg
import random
from collections.abc import Iterable
from typing import Any, Final

import cloudpickle  # type: ignore[import-untyped]

from funsies.core.digest import Field, content_digest
from funsies.core.fingerprint.advice import USUAL, Way
from funsies.core.fingerprint.project import is_project
from funsies.core.fingerprint.unseen import unseen_name
from funsies.core.fingerprint.walk import Walk


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
