"""Functions: their text, and what they use by name."""

from __future__ import annotations

import builtins
from collections.abc import Collection, Iterator, MutableMapping, MutableSequence, MutableSet
from functools import partial
from types import FunctionType, MethodType, ModuleType
from typing import Any, Final

from funsies.core.digest import Field, digest
from funsies.core.fingerprint.advice import Way
from funsies.core.fingerprint.annotations import read_types
from funsies.core.fingerprint.arguments import arguments_read
from funsies.core.fingerprint.bytecode import HIDDEN, PLACES, SUBCLASSES, names_of, reads_inside
from funsies.core.fingerprint.caching import MISSING, cell_content
from funsies.core.fingerprint.classes import owner_of, registered_field, subclasses_field
from funsies.core.fingerprint.code_digest import code_record
from funsies.core.fingerprint.library_functions import (
    refuse_hidden,
    refuse_unseen,
    refuse_unseen_imports,
    refuse_unseen_inside,
    wrapped_field,
)
from funsies.core.fingerprint.module_state import changes_of_imported
from funsies.core.fingerprint.modules import imported_field, note_namespace
from funsies.core.fingerprint.project import is_code_of_project, is_project
from funsies.core.fingerprint.source import Entry, Place
from funsies.core.fingerprint.source_lookup import function_entry, place_of_name
from funsies.core.fingerprint.values import is_array
from funsies.core.fingerprint.walk import Walk


def describe_function(walk: Walk, function: FunctionType) -> tuple[Field, ...]:
    """Text, defaults and used names of a function of the project."""
    code, namespace = function.__code__, function.__globals__
    refuse_assigned_globals(walk, function)
    entry = function_entry(code, namespace)
    walk.place = entry.place if entry.digest else Place(code.co_filename, code.co_firstlineno)
    walk.homes[walk.path] = partial(place_of_name, entry, namespace)
    refuse_changed_objects(walk, function, entry)
    refuse_unseen_imports(walk, reads_inside(code).imported)
    defaults, keyword_defaults = function.__defaults__, function.__kwdefaults__
    walk.snapshot.functions.append((function, code, defaults, keyword_defaults))
    walk.environment.take(function)
    return (
        entry.digest or digest("bytecode", code_record(code)),
        tuple(_defaults(walk, function)),
        tuple(_cells(walk, function, entry.unused_names)),
        tuple(_globals(walk, function, entry)),
        tuple(_imports(walk, function)),
        wrapped_field(walk, function),
        *_own_subclasses(walk, function),
        *arguments_read(walk, function),
        *_types(walk, function, entry),
    )


def _types(walk: Walk, function: FunctionType, entry: Entry) -> Iterator[Field]:
    if walk.builds:
        yield "types", entry.inner_annotations, *read_types(walk, function)


def _defaults(walk: Walk, function: FunctionType) -> Iterator[Field]:
    code, defaults = function.__code__, function.__defaults__ or ()
    names = code.co_varnames[: code.co_argcount][code.co_argcount - len(defaults) :]
    named = [
        *zip(names, defaults, strict=True),
        *sorted((function.__kwdefaults__ or {}).items()),
    ]
    for name, value in named:
        yield name, "ignored" if walk.is_ignored(name) else walk.named(name, value)


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
        if walk.is_ignored(*_beginnings(chain)):
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
        if walk.is_ignored(*_beginnings(chain)):
            yield name, "ignored"
        elif name in library_names:
            _refuse_what_is_behind(walk, name, value, chain[1:])
            if isinstance(value, type):
                walk.classes.append(value)
            yield name, walk.library(library_names[name]), *registered_field(walk, value)
        elif value is MISSING:
            yield _builtin(walk, chain)
        else:
            yield _followed(walk, chain, value)


def _beginnings(chain: tuple[str, ...]) -> Iterator[str]:
    """``lib``, ``lib.sub`` and ``lib.sub.helper``."""
    return (".".join(chain[:count]) for count in range(1, len(chain) + 1))


def _builtin(walk: Walk, chain: tuple[str, ...]) -> Field:
    name = chain[0]
    value = vars(builtins).get(name, MISSING)
    walk.snapshot.lookups.append((vars(builtins), name, value))
    if value is MISSING:
        return name, "unbound"
    _refuse_what_is_behind(walk, name, value, chain[1:])
    return (name, walk.named(name, value)) if is_project(value) else (name, "builtin")


def _followed(walk: Walk, chain: tuple[str, ...], value: object) -> Field:
    """Follow ``lib.sub.helper`` through modules of the project to what is meant."""
    used, inside = chain[0], chain[1:]
    while inside and isinstance(value, ModuleType) and is_project(value):
        if inside[0] in PLACES:
            return used, "place", inside[0]
        found = getattr(value, inside[0], MISSING)
        known = vars(value).get(inside[0], MISSING)
        walk.snapshot.lookups.append((vars(value), inside[0], known))
        if found is MISSING:
            return used, "unbound", inside[0]
        value, used, inside = found, f"{used}.{inside[0]}", inside[1:]
    _refuse_what_is_behind(walk, used, value, inside)
    return used, walk.named(used, value), *_attributes(walk, used, value, inside)


def _attributes(
    walk: Walk, used: str, value: object, inside: tuple[str, ...]
) -> Iterator[Field]:
    """What the record of a value lacks of the attributes that are read from it."""
    if not inside:
        return
    if not is_project(value):
        yield from registered_field(walk, _inside_library(value, inside))
        yield from _put_into_library(walk, used, value, inside)
        return
    attribute = inside[0]
    if isinstance(value, FunctionType) and attribute in vars(value):
        walk.snapshot.lookups.append((vars(value), attribute, vars(value)[attribute]))
        yield attribute
        yield walk.named(f"{used}.{attribute}", vars(value)[attribute])
    elif isinstance(value, type) and attribute == SUBCLASSES:
        yield subclasses_field(walk, value)


def _put_into_library(
    walk: Walk, used: str, value: object, inside: tuple[str, ...]
) -> Iterator[Field]:
    """Code of the project that the program has put into a module of a library."""
    for name in inside:
        if not isinstance(value, ModuleType):
            return
        used, found = f"{used}.{name}", vars(value).get(name, MISSING)
        walk.snapshot.lookups.append((vars(value), name, found))
        if is_code_of_project(found):
            yield name, walk.named(used, found)
        value = found


def _inside_library(value: object, inside: tuple[str, ...]) -> object:
    """What ``numbers.Number`` is: nothing is imported to find out."""
    for name in inside:
        if not isinstance(value, ModuleType):
            return None
        value = vars(value).get(name)
    return value


def _refuse_what_is_behind(
    walk: Walk, name: str, value: object, inside: tuple[str, ...]
) -> None:
    """Refuse names by which code is reached that is not seen; note what a namespace holds."""
    refuse_unseen(walk, name, value)
    refuse_unseen_inside(walk, name, value, inside)
    if isinstance(value, ModuleType):
        note_namespace(walk, value, inside)
    for number, attribute in enumerate(inside):
        is_seen = attribute == SUBCLASSES and number == 0 and _is_own_class(value)
        if attribute in HIDDEN and not is_seen:
            refuse_hidden(walk, ".".join((name, *inside[: number + 1])))


def _is_own_class(value: object) -> bool:
    return isinstance(value, type) and is_project(value)


def _own_subclasses(walk: Walk, function: FunctionType) -> Iterator[Field]:
    """Subclasses of the class that a method belongs to, if it asks ``cls`` for them."""
    reads = reads_inside(function.__code__)
    owner = owner_of(function) if SUBCLASSES in reads.own else None
    hidden = reads.others if owner is not None else (*reads.own, *reads.others)
    for attribute in hidden:
        refuse_hidden(walk, attribute)
    if owner is not None and not walk.is_ignored(SUBCLASSES):
        yield subclasses_field(walk, owner)


def _imports(walk: Walk, function: FunctionType) -> Iterator[Field]:
    for module, names, level in names_of(function.__code__).imported:
        yield imported_field(walk, module, names, level, function.__globals__)
    yield from changes_of_imported(walk, function)


def describe_method(walk: Walk, method: MethodType) -> tuple[Field, ...]:
    """A bound method: the function, and the object with its state."""
    return walk.field(method.__func__, "__func__"), walk.field(method.__self__, "self")


def describe_partial(walk: Walk, partial: Any) -> tuple[Field, ...]:
    """A ``functools.partial``: the function and the arguments that it fixes, in their order."""
    return (
        walk.field(partial.func, "func"),
        tuple(walk.field(each, "args") for each in partial.args),
        tuple((name, walk.field(each, name)) for name, each in partial.keywords.items()),
    )


_WITHOUT_STATE: Final = (
    "use functools.cache for a memo",
    "make the object inside the function",
    Way.LEAVE_OUT,
    Way.STATE,
)


_RUN_FOR_CLASSES: Final = frozenset({"__init_subclass__", "__set_name__"})
"""Methods that run when a class is made: what they enter somewhere is there by then."""


def refuse_assigned_globals(walk: Walk, function: FunctionType) -> None:
    """Refuse a function that assigns global names, unless they are to be ignored."""
    if function.__code__.co_name in _RUN_FOR_CLASSES:
        return
    for name in names_of(function.__code__).written:
        if not walk.is_ignored(name):
            walk.refuse(
                name,
                "the function assigns this global name, so what it does depends on what ran "
                "before, and on which worker",
                is_in_code=True,
            )


def refuse_changed_objects(walk: Walk, function: FunctionType, entry: Entry) -> None:
    """Refuse a function that changes a container or an object outside of it in place."""
    code, namespace = function.__code__, function.__globals__
    if code.co_name in _RUN_FOR_CLASSES:
        return
    cells = dict(zip(code.co_freevars, function.__closure__ or (), strict=True))
    for name in sorted(entry.changed_names - dict(entry.library_names).keys()):
        value = cell_content(cells[name]) if name in cells else namespace.get(name)
        used = name in cells or any(name == chain[0] for chain in names_of(code).globals)
        if used and _is_kept_state(value) and not walk.is_ignored(name):
            walk.refuse(
                name,
                "the function changes this object, so what it does depends on what ran "
                "before, and on which worker",
                _WITHOUT_STATE,
                is_in_code=True,
            )


def _is_kept_state(value: object) -> bool:
    """True of containers, and of objects of the project that may hold counters."""
    if isinstance(value, (MutableMapping, MutableSequence, MutableSet)):
        return True
    return is_array(value) or is_project(value) or is_project(type(value))
