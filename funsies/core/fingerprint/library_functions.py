"""Functions of libraries: by their name, with what they hold of the project, or refused."""

from __future__ import annotations

import builtins
import functools
import importlib
import sys
from collections.abc import Iterable, Iterator, Sequence
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
from funsies.core.fingerprint.advice import Way
from funsies.core.fingerprint.caching import cell_content
from funsies.core.fingerprint.project import is_project
from funsies.core.fingerprint.protocol import wrapped_task
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


# Functions and names that reach code which no walk can see.

_BOOTSTRAP: Final = "importlib._bootstrap"
_LOADERS: Final = ("SourceFileLoader", "SourcelessFileLoader", "ExtensionFileLoader")
_UNSEEN: Final = {
    **{f"builtins.{each}": each for each in ("eval", "exec", "globals", "__import__")},
    "importlib.import_module": "importlib.import_module",
    "importlib.reload": "importlib.reload",
    f"{_BOOTSTRAP}.__import__": "importlib.__import__",
    f"{_BOOTSTRAP}.module_from_spec": "importlib.util.module_from_spec",
    f"{_BOOTSTRAP}.spec_from_loader": "importlib.util.spec_from_loader",
    f"{_BOOTSTRAP}_external.spec_from_file_location": "importlib.util.spec_from_file_location",
    **{f"_frozen_importlib_external.{e}": f"importlib.machinery.{e}" for e in _LOADERS},
    **{f"runpy.{each}": f"runpy.{each}" for each in ("run_path", "run_module")},
    **{f"pydoc.{each}": f"pydoc.{each}" for each in ("locate", "safeimport")},
    "pkgutil.resolve_name": "pkgutil.resolve_name",
    "zipimport.zipimporter": "zipimport.zipimporter",
}
"""Where they say that they are from -> how people know them."""

_HOMES: Final = {name.rpartition(".")[0] or "builtins" for name in _UNSEEN.values()} | {"sys"}
_BY_NAME: Final = ("import or call what you need by its name", Way.STATE, Way.LEAVE_OUT)
_NAMED: Final = ("name the functions and classes that you need", Way.STATE, Way.LEAVE_OUT)


def unseen_name(thing: object) -> str:
    """How people know what reaches unseen code; "" of all other things."""
    if thing is sys.modules:
        return "sys.modules"
    if thing is vars(builtins):
        return "__builtins__"
    if isinstance(thing, FunctionType):
        home = f"{thing.__globals__.get('__name__')}.{thing.__code__.co_qualname}"
    elif isinstance(thing, (BuiltinFunctionType, type)):
        home = f"{thing.__module__}.{thing.__qualname__}"
    else:
        return ""
    return "" if is_project(thing) else _UNSEEN.get(home, "")


def refuse_unseen(walk: Walk, name: str, thing: object) -> None:
    """Refuse what reaches unseen code, unless its name is to be ignored.

    Raises:
        FingerprintError: if it does.
    """
    found = unseen_name(thing)
    if found and walk.path and not walk.is_ignored(name):
        reason = f"{found} reaches code that funsies cannot see"
        walk.refuse(name, reason, _BY_NAME, is_in_code=not walk.handle)


def refuse_unseen_inside(walk: Walk, name: str, module: object, inside: Sequence[str]) -> None:
    """Refuse ``builtins.eval``, ``importlib.util.module_from_spec`` and the like.

    Args:
        walk: the walk that found the module.
        name: of the module, as the code has it.
        module: where the names are read from.
        inside: the names.
    """
    for each in inside:
        if not isinstance(module, ModuleType) or is_project(module):
            return
        name, module = f"{name}.{each}", vars(module).get(each)
        refuse_unseen(walk, name, module)


def refuse_unseen_imports(walk: Walk, imported: Sequence[tuple[str, ...]]) -> None:
    """The same of modules that a function imports itself; these may not be loaded yet.

    Args:
        walk: the walk that found the function.
        imported: a module, and what is read from it.
    """
    for module, *inside in imported:
        if any(each == module or each.startswith(f"{module}.") for each in _HOMES):
            refuse_unseen_inside(walk, module, importlib.import_module(module), inside)


def refuse_hidden(walk: Walk, name: str) -> None:
    """Refuse an attribute such as ``__globals__``, unless it is to be ignored."""
    attribute = name.rpartition(".")[2]
    if not walk.is_ignored(name, attribute):
        reason = f"{attribute} leads to code that funsies cannot see"
        walk.refuse(name, reason, _NAMED, is_in_code=True)
