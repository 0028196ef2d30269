"""Functions of libraries: by their name, with what they hold of the project."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterable, Iterator
from operator import attrgetter, itemgetter, methodcaller
from types import (
    BuiltinFunctionType,
    FunctionType,
    MethodType,
    MethodWrapperType,
    ModuleType,
)
from typing import Any, Final

from funsies.core.digest import Field
from funsies.core.fingerprint.caching import cell_content
from funsies.core.fingerprint.project import is_project
from funsies.core.fingerprint.protocol import wrapped_task
from funsies.core.fingerprint.unseen import refuse_unseen, unseen_name
from funsies.core.fingerprint.walk import Walk

_PROXIES: Final = (type(type.__dict__),)
_HOLDABLE: Final = (
    *(FunctionType, MethodType, BuiltinFunctionType, MethodWrapperType, type),
    *(functools.partial, itemgetter, attrgetter, methodcaller),
    *(int, float, complex, str, bytes, set, frozenset, type(None)),
)


def wrapped_field(walk: Walk, function: FunctionType) -> Field:
    """What a wrapper says that it wraps."""
    wrapped = function.__dict__.get("__wrapped__")
    return None if wrapped is None else walk.field(wrapped, "__wrapped__")


def library_function(walk: Walk, function: FunctionType) -> Field:
    """A library's function, by name; ``__module__`` may be that of another."""
    return walk.library(
        str(function.__globals__.get("__name__")), function.__code__.co_qualname
    )


def describe_library_function(walk: Walk, function: FunctionType) -> tuple[Field, ...]:
    """A library's wrapper: its name, and the functions of the project that it holds."""
    contents = []
    for name, cell in zip(
        function.__code__.co_freevars, function.__closure__ or (), strict=True
    ):
        content = cell_content(cell)
        walk.snapshot.cells.append((cell, content))
        contents.append((name, *_held(walk, content, name)))
    return library_function(walk, function), tuple(contents), wrapped_field(walk, function)


def _held(walk: Walk, content: object, name: str) -> Iterator[Field]:
    """What of the project, and which plain constants, are inside a library's closure."""
    if unseen_name(content):
        return  # the library knows what it does with it
    if isinstance(content, (dict, *_PROXIES)):
        pairs = content.items()
        yield "dict", tuple(each for pair in pairs for each in _held_in(walk, pair, name))
    elif isinstance(content, (list, tuple)):
        yield type(content).__name__, tuple(_held_in(walk, content, name))
    elif isinstance(content, _HOLDABLE) or is_project(type(content)) or wrapped_task(content):
        yield walk.field(content, name)


def _held_in(walk: Walk, items: Iterable[object], name: str) -> Iterator[Field]:
    for item in items:
        yield from _held(walk, item, name)


def builtin_field(walk: Walk, function: BuiltinFunctionType, name: str) -> Field:
    """A function of a C extension, or a bound method of one."""
    owner = function.__self__
    if owner is None or isinstance(owner, ModuleType):
        home = function.__module__ or "builtins"
        module = sys.modules.get(home)
        if module is None or not is_project(module):
            refuse_unseen(walk, name, function)
            return walk.library(home, function.__qualname__)
        return "compiled", function.__qualname__, walk.field(module, name)
    if is_library_singleton(function):
        return walk.library(type(owner).__module__, function.__name__)
    return "method", function.__name__, walk.field(owner, name)


def is_library_singleton(method: Any) -> bool:
    """True of ``random.random`` and the like: methods that a library offers as functions."""
    home = sys.modules.get(type(method.__self__).__module__)
    offered = getattr(home, method.__name__, None)
    return home is not None and not is_project(home) and offered == method
