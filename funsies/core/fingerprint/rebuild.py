"""What a pickled function calls on the worker to put things together again."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from types import ModuleType
from typing import Any, TypeVar


class _Loading(threading.local):
    """Modules of the payload that this thread is loading."""

    modules: dict[str, ModuleType] | None = None


_state = _Loading()


@contextmanager
def loading() -> Iterator[None]:
    """While a payload is loaded, its functions share one object for each module."""
    outer = _state.modules
    _state.modules = {}
    try:
        yield
    finally:
        _state.modules = outer


def module(name: str, about: Mapping[str, Any]) -> ModuleType:
    """A module of the user's project; not registered, so that it hides no other."""
    known = _state.modules if _state.modules is not None else {}
    if name not in known:
        known[name] = ModuleType(name)
        vars(known[name]).update(about)
    return known[name]


def fill_module(target: ModuleType, attributes: Mapping[str, Any]) -> None:
    """Give a module the attributes that its users need."""
    vars(target).update(attributes)


def lru_cache(
    function: Callable[..., Any], maximum_size: int | None, typed: bool
) -> Callable[..., Any]:
    """A ``functools.lru_cache`` around a function, empty."""
    return functools.lru_cache(maximum_size, typed)(function)


def single_dispatch(
    function: Callable[..., Any], registry: Sequence[tuple[type, Callable[..., Any]]]
) -> Callable[..., Any]:
    """A ``functools.singledispatch`` function with its registered implementations."""
    generic = functools.singledispatch(function)
    for kind, implementation in registry:
        generic.register(kind, implementation)
    return generic


def context_variable(name: str, *default: object) -> ContextVar[object]:
    """A context variable; what was set in it stays in the process that set it."""
    return ContextVar(name, default=default[0]) if default else ContextVar(name)


def type_variable(
    name: str, constraints: tuple[Any, ...], bound: Any, covariant: bool, contravariant: bool
) -> TypeVar:
    """A type variable."""
    return TypeVar(
        name, *constraints, bound=bound, covariant=covariant, contravariant=contravariant
    )
