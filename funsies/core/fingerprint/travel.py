"""How functions travel: cloudpickle, with everything of the user's project by value.

A worker needs no copy of the user's code. What a function does not use stays at home: of a
module of the project, only the attributes that the function's code names go along.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Collection
from threading import RLock
from types import FunctionType, ModuleType
from typing import Any, Final

import cloudpickle  # type: ignore[import-untyped]  # it has no types

from funsies.core.fingerprint import rebuild
from funsies.core.fingerprint.annotations import resolved_annotations
from funsies.core.fingerprint.names import names_of
from funsies.core.fingerprint.project import is_project
from funsies.core.fingerprint.reducers import (
    REDUCERS,
    is_library_class_method,
    is_single_dispatch,
    reduce_class_method,
    reduce_single_dispatch,
)
from funsies.core.fingerprint.shipping import (
    ShippedModule,
    modules_to_ship,
    offer,
    process_token,
)
from funsies.core.fingerprint.structs import is_struct_class, reduce_struct_class
from funsies.core.fingerprint.text_annotations import types_named_in

PROTOCOL: Final = 5

_registration: Final = RLock()
"""Held while modules are registered with cloudpickle, which is state of the process."""


def dump_function(payload: object) -> bytes:
    """Pickle a function, or a tuple with functions in it, so that any worker can load it.

    Functions, classes and modules of the user's project go by value, libraries by name.

    Args:
        payload: the function; or a tuple of it and, for instance, its annotations: a class
            in both is one class after loading, too.

    Returns:
        Bytes for :func:`load_function`. They are not part of any address.

    Raises:
        pickle.PicklingError, TypeError: if something in it cannot be pickled.
    """
    with io.BytesIO() as file, _registration:
        pickler = _Pickler(file)
        try:
            pickler.dump((_leaves_first(payload), payload))
            cloudpickle.dump((pickler.shipped, process_token()), file, protocol=PROTOCOL)
        finally:
            pickler.unregister()
        return file.getvalue()


def load_function(data: bytes) -> Any:
    """Load what :func:`dump_function` made.

    Args:
        data: the bytes. They run code: load only what a trusted client has signed.
    """
    file = io.BytesIO(data)
    with rebuild.loading():
        _, payload = cloudpickle.load(file)
    offer(*cloudpickle.load(file))
    return payload


def _leaves_first(payload: object) -> tuple[FunctionType, ...]:
    """Functions that are reached by global names, each after those that it uses.

    Pickled in this order, a chain of hundreds of helpers does not exhaust the stack.
    """
    begin = payload if isinstance(payload, tuple) else (payload,)
    pending: list[tuple[object, bool]] = [(each, False) for each in begin]
    seen: set[int] = set()
    ordered: list[FunctionType] = []
    while pending:
        thing, is_done = pending.pop()
        if not isinstance(thing, FunctionType) or not is_project(thing):
            continue
        if is_done:
            ordered.append(thing)
        elif id(thing) not in seen:
            seen.add(id(thing))
            pending.append((thing, True))
            pending += ((each, False) for each in _used_globals(thing).values())
    return tuple(ordered)


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]  # cloudpickle has no types
    """Decides what goes by value; leaves the rest to cloudpickle."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, protocol=PROTOCOL)
        self.shipped: dict[str, ShippedModule] = {}
        self._registered: list[ModuleType] = []

    def unregister(self) -> None:
        """Undo what this pickler changed in cloudpickle."""
        for module in self._registered:
            cloudpickle.unregister_pickle_by_value(module)

    def reducer_override(self, thing: Any) -> Any:
        """Tell pickle how to take an object apart."""
        reducer = REDUCERS.get(type(thing))
        if reducer is not None:
            return reducer(thing)
        for applies, reduce in _SPECIAL:
            if applies(thing):
                return reduce(thing)
        if isinstance(thing, (FunctionType, type)) and is_project(thing):
            return self._by_value(thing)
        return super().reducer_override(thing)

    def _by_value(self, thing: FunctionType | type) -> Any:
        module = sys.modules.get(thing.__module__)
        known = cloudpickle.list_registry_pickle_by_value()
        if module is not None and module.__name__ not in known:
            cloudpickle.register_pickle_by_value(module)
            self._registered.append(module)
        reduced = super().reducer_override(thing)
        if isinstance(reduced, tuple):
            _complete(thing, *reduced[2])
        if isinstance(thing, FunctionType):
            self.shipped |= modules_to_ship(thing.__code__, thing.__globals__)
        return reduced


def _complete(thing: FunctionType | type, state: dict[str, Any], slots: dict[str, Any]) -> None:
    """Correct what cloudpickle takes along: both dictionaries are copies of its own."""
    if isinstance(thing, type):
        state["__qualname__"] = thing.__qualname__
        if "__annotations__" in state:
            state["__annotations__"] = resolved_annotations(thing)
        return
    slots["__globals__"] = {
        **types_named_in(thing.__code__, thing.__globals__),
        **slots["__globals__"],
        **_used_globals(thing),
    }
    if any(isinstance(annotation, str) for annotation in slots["__annotations__"].values()):
        slots["__annotations__"] = resolved_annotations(thing)
    slots["_cloudpickle_submodules"] = [
        module for module in slots["_cloudpickle_submodules"] if not is_project(module)
    ]


def _used_globals(function: FunctionType) -> dict[str, object]:
    """Globals that the code names; class bodies inside functions included."""
    namespace = function.__globals__
    chains: dict[str, set[tuple[str, ...]]] = {}
    for name, *rest in names_of(function.__code__).globals:
        if name in namespace:
            chains.setdefault(name, set()).add(tuple(rest))
    return {name: _use(namespace[name], rests) for name, rests in chains.items()}


class _ModuleUse:
    """In a pickle: a module of the project of which only some attributes are used."""

    def __init__(self, module: ModuleType, attributes: dict[str, object]) -> None:
        self.module = module
        self.attributes = attributes


def _use(value: object, chains: Collection[tuple[str, ...]]) -> object:
    if not isinstance(value, ModuleType) or not is_project(value) or () in chains:
        return value
    rests: dict[str, set[tuple[str, ...]]] = {}
    for name, *rest in chains:
        if hasattr(value, name):
            rests.setdefault(name, set()).add(tuple(rest))
    return _ModuleUse(
        value, {name: _use(getattr(value, name), each) for name, each in rests.items()}
    )


_KEPT: Final = ("__file__", "__package__", "__path__")


def _reduce_module(module: ModuleType, attributes: dict[str, object]) -> tuple[object, ...]:
    about = {
        name: vars(module)[name] for name in _KEPT if isinstance(vars(module).get(name), str)
    }
    return rebuild.module, (module.__name__, about), attributes, None, None, rebuild.fill_module


def _reduce_whole_module(module: ModuleType) -> tuple[object, ...]:
    """A module that is used as a value: all of it that can be pickled."""
    attributes = {
        name: value
        for name, value in vars(module).items()
        if not name.startswith("__") and _can_travel(value)
    }
    return _reduce_module(module, attributes)


def _can_travel(value: object) -> bool:
    if isinstance(value, (FunctionType, type, ModuleType)):
        return True
    try:
        cloudpickle.dumps(value)
    except Exception:  # noqa: BLE001 (any class may define how it is pickled)
        return False
    return True


_SPECIAL: Final[tuple[tuple[Callable[[Any], bool], Callable[[Any], object]], ...]] = (
    (lambda thing: isinstance(thing, ModuleType) and is_project(thing), _reduce_whole_module),
    (
        lambda thing: isinstance(thing, _ModuleUse),
        lambda use: _reduce_module(use.module, use.attributes),
    ),
    (is_single_dispatch, reduce_single_dispatch),
    (is_library_class_method, reduce_class_method),
    (lambda thing: is_struct_class(thing) and is_project(thing), reduce_struct_class),
)
"""What goes by value in a way of its own: (test, reducer)."""
