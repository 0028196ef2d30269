"""Functions: their text, and what they use by name."""

from __future__ import annotations

import builtins
import functools
import importlib
import sys
from collections.abc import (
    Collection,
    Iterable,
    Iterator,
    MutableMapping,
    MutableSequence,
    MutableSet,
)
from operator import attrgetter, itemgetter, methodcaller
from types import (
    BuiltinFunctionType,
    FunctionType,
    MethodType,
    MethodWrapperType,
    ModuleType,
)
from typing import Any, Final

from funsies.core.digest import Field, digest
from funsies.core.fingerprint.changes import changes_of_imported
from funsies.core.fingerprint.entries import Entry
from funsies.core.fingerprint.instances import is_array
from funsies.core.fingerprint.modules import imported_field, note_namespace
from funsies.core.fingerprint.names import names_of
from funsies.core.fingerprint.project import is_project
from funsies.core.fingerprint.protocol import wrapped_task
from funsies.core.fingerprint.records import code_record
from funsies.core.fingerprint.snapshot import MISSING, cell_content
from funsies.core.fingerprint.texts import function_entry
from funsies.core.fingerprint.walk import Elsewhere, Walk

_UNSEEN: Final = {
    id(thing): name
    for name, thing in (
        ("eval", eval),
        ("exec", exec),
        ("globals", globals),
        ("__import__", __import__),
        ("importlib.import_module", importlib.import_module),
    )
}
"""Reach code that no walk can see."""


def describe_function(walk: Walk, function: FunctionType) -> tuple[Field, ...]:
    """Text, defaults and used names of a function of the project."""
    code, namespace = function.__code__, function.__globals__
    _refuse_assigned_globals(walk, function)
    entry = function_entry(code, namespace)
    _refuse_changed_objects(walk, function, entry)
    defaults, keyword_defaults = function.__defaults__, function.__kwdefaults__
    walk.snapshot.functions.append((function, code, defaults, keyword_defaults))
    return (
        entry.digest or digest("bytecode", code_record(code)),
        tuple(_defaults(walk, function)),
        tuple(_cells(walk, function, entry.unused_names)),
        tuple(_globals(walk, function, entry)),
        tuple(_imports(walk, function)),
        _wrapped(walk, function),
    )


def _refuse_assigned_globals(walk: Walk, function: FunctionType) -> None:
    for name in names_of(function.__code__).written:
        if not walk.is_ignored(name):
            walk.refuse(
                name,
                "the function assigns this global name, so what it does depends on what ran "
                "before, and on which worker",
            )


def _refuse_changed_objects(walk: Walk, function: FunctionType, entry: Entry) -> None:
    code, namespace = function.__code__, function.__globals__
    cells = dict(zip(code.co_freevars, function.__closure__ or (), strict=True))
    for name in sorted(entry.changed_names - dict(entry.library_names).keys()):
        value = cell_content(cells[name]) if name in cells else namespace.get(name)
        used = name in cells or any(name == chain[0] for chain in names_of(code).globals)
        if used and _is_kept_state(value) and not walk.is_ignored(name):
            walk.refuse(
                name,
                "the function changes this object, so what it does depends on what ran "
                "before, and on which worker",
                "Use functools.cache for a memo, make the object inside the function, or "
                'leave it out with ignore=("{name}",).',
            )


def _is_kept_state(value: object) -> bool:
    """True of containers, and of objects of the project that may hold counters."""
    if isinstance(value, (MutableMapping, MutableSequence, MutableSet)):
        return True
    return is_array(value) or is_project(value) or is_project(type(value))


def _defaults(walk: Walk, function: FunctionType) -> Iterator[Field]:
    code, defaults = function.__code__, function.__defaults__ or ()
    names = code.co_varnames[: code.co_argcount][code.co_argcount - len(defaults) :]
    named = [
        *zip(names, defaults, strict=True),
        *sorted((function.__kwdefaults__ or {}).items()),
    ]
    for name, value in named:
        yield name, "ignored" if walk.is_ignored(name) else _named(walk, name, value)


def _named(walk: Walk, name: str, value: object) -> Field:
    found = walk.field(value, name)
    if not isinstance(found, Elsewhere):
        walk.note(name, "value", found)
        return Elsewhere(found) if isinstance(found, tuple) else found
    return found


def _cells(
    walk: Walk, function: FunctionType, unused_names: Collection[str]
) -> Iterator[Field]:
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    for chain in names_of(function.__code__).cells:
        if chain[0] in unused_names:
            continue
        cell = cells[chain[0]]
        content = cell_content(cell)
        walk.snapshot.cells.append((cell, content))
        if walk.is_ignored(chain[0], ".".join(chain)):
            yield chain[0], "ignored"
        elif content is MISSING:
            yield chain[0], "unbound"
        else:
            yield _followed(walk, chain, content)


def _globals(walk: Walk, function: FunctionType, entry: Entry) -> Iterator[Field]:
    namespace, library_names = function.__globals__, dict(entry.library_names)
    for chain in names_of(function.__code__).globals:
        name = chain[0]
        if name in entry.unused_names:
            continue
        value = namespace.get(name, MISSING)
        walk.snapshot.lookups.append((namespace, name, value))
        if walk.is_ignored(name, ".".join(chain)):
            yield name, "ignored"
        elif name in library_names:
            _refuse_unseen(walk, ".".join(chain), value)
            yield name, walk.library(library_names[name])
        elif value is MISSING:
            yield _builtin(walk, name)
        else:
            yield _followed(walk, chain, value)


def _builtin(walk: Walk, name: str) -> Field:
    value = vars(builtins).get(name, MISSING)
    walk.snapshot.lookups.append((vars(builtins), name, value))
    if value is MISSING:
        return name, "unbound"
    _refuse_unseen(walk, name, value)
    return (name, _named(walk, name, value)) if is_project(value) else (name, "builtin")


def _refuse_unseen(walk: Walk, name: str, value: object) -> None:
    if id(value) in _UNSEEN:
        walk.refuse(
            name,
            f"{_UNSEEN[id(value)]} reaches code that funsies cannot see",
            "Import or call what you need by its name, or state the identity of the code "
            'yourself with version="1"; ignore=("{name}",) if it does not matter.',
        )


def _followed(walk: Walk, chain: tuple[str, ...], value: object) -> Field:
    """Follow ``lib.sub.helper`` through modules of the project to what is meant."""
    used = [chain[0]]
    for attribute in chain[1:]:
        if isinstance(value, ModuleType) and is_project(value):
            found = getattr(value, attribute, MISSING)
            walk.snapshot.lookups.append(
                (vars(value), attribute, vars(value).get(attribute, MISSING))
            )
            if found is MISSING:
                return ".".join(used), "unbound", attribute
            value = found
            used.append(attribute)
        elif value is importlib and attribute == "import_module":
            _refuse_unseen(walk, "importlib.import_module", importlib.import_module)
        elif isinstance(value, FunctionType) and attribute in vars(value) and is_project(value):
            walk.snapshot.lookups.append((vars(value), attribute, vars(value)[attribute]))
            own = _named(walk, f"{'.'.join(used)}.{attribute}", vars(value)[attribute])
            return ".".join(used), _named(walk, ".".join(used), value), attribute, own
        else:
            break
    name = ".".join(used)
    if walk.is_ignored(name):
        return name, "ignored"
    if isinstance(value, ModuleType) and not is_project(value):
        note_namespace(walk, value, chain[len(used) :])
    _refuse_unseen(walk, name, value)
    return name, _named(walk, name, value)


def _imports(walk: Walk, function: FunctionType) -> Iterator[Field]:
    for module, names, level in names_of(function.__code__).imported:
        yield imported_field(walk, module, names, level, function.__globals__)
    yield from changes_of_imported(walk, function)


def _wrapped(walk: Walk, function: FunctionType) -> Field:
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
    return library_function(walk, function), tuple(contents), _wrapped(walk, function)


def _held(walk: Walk, content: object, name: str) -> Iterator[Field]:
    """What of the project, and which plain constants, are inside a library's closure."""
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


_PROXIES: Final = (type(type.__dict__),)
_HOLDABLE: Final = (
    *(FunctionType, MethodType, BuiltinFunctionType, MethodWrapperType, type),
    *(functools.partial, itemgetter, attrgetter, methodcaller),
    *(int, float, complex, str, bytes, set, frozenset, type(None)),
)


def describe_method(walk: Walk, method: MethodType) -> tuple[Field, ...]:
    """A bound method: the function, and the object with its state."""
    return walk.field(method.__func__, "__func__"), walk.field(method.__self__, "self")


def describe_partial(walk: Walk, partial: Any) -> tuple[Field, ...]:
    """A ``functools.partial``: the function and the arguments that it fixes."""
    return (
        walk.field(partial.func, "func"),
        tuple(walk.field(each, "args") for each in partial.args),
        tuple(
            (name, walk.field(each, name)) for name, each in sorted(partial.keywords.items())
        ),
    )


def builtin_field(walk: Walk, function: BuiltinFunctionType, name: str) -> Field:
    """A function of a C extension, or a bound method of one."""
    owner = function.__self__
    if owner is None or isinstance(owner, ModuleType):
        home = function.__module__ or "builtins"
        module = sys.modules.get(home)
        if module is None or not is_project(module):
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
