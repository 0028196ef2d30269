"""How a thing of any type enters a record: the table of dispatch, and nothing else."""

from __future__ import annotations

import functools
from collections.abc import Callable
from enum import Enum
from types import BuiltinFunctionType, FunctionType, MappingProxyType, MethodType, ModuleType
from typing import Any, Final

from funsies.core.digest import Field
from funsies.core.fingerprint import (
    classes,
    functions,
    library_functions,
    modules,
    values,
)
from funsies.core.fingerprint.annotations import read_types
from funsies.core.fingerprint.classes import registered_field
from funsies.core.fingerprint.code_digest import constant_field
from funsies.core.fingerprint.library_functions import refuse_unseen
from funsies.core.fingerprint.project import is_project
from funsies.core.fingerprint.protocol import WrappedTask, is_artefact, wrapped_task
from funsies.core.fingerprint.walk import Describe, Elsewhere, Walk

_CONTAINERS: Final[dict[type, tuple[str, Describe]]] = {
    list: ("list", values.describe_list),
    dict: ("dict", values.describe_dict),
    MappingProxyType: ("dict", values.describe_dict),
    set: ("set", values.describe_set),
    frozenset: ("frozenset", values.describe_set),
}


def field_of(walk: Walk, thing: Any, name: str) -> Field:
    """Describe a thing where it is used: a value, or a reference to a node.

    Args:
        walk: the walk that found it.
        thing: the object.
        name: the name under which it was found.

    Raises:
        FingerprintError: if its content cannot be seen.
    """
    kind = type(thing)
    if kind in values.ATOMS:
        return constant_field(thing)
    inline = values.INLINE.get(kind)
    if inline is not None:
        return inline(walk, thing, name)
    if is_artefact(thing):
        walk.refuse(
            name,
            "an artefact has no value yet, so a function cannot hold one",
            ("pass it to the operation as an input",),
        )
    if walk.is_shallow and isinstance(thing, (FunctionType, type, ModuleType)):
        return "identity", id(thing)
    code = _code_field(walk, thing, name)
    return code if code is not None else _value_field(walk, thing, name)


def _code_field(walk: Walk, thing: Any, name: str) -> Field | None:
    """Functions, classes, modules and wrappers of them; None if it is none of these."""
    task = wrapped_task(thing)
    if task is not None:
        used = _used_task(walk, task)
        if task.version is not None:
            versioned = ("versioned", task.name, task.version, *used)
            walk.note(name, "version", versioned, task.version)
            return Elsewhere(versioned)
        return "task", _task_field(walk, thing, task, name), *used
    for kind, enter in _CODE:
        if isinstance(thing, kind):
            return enter(walk, thing, name)
    return None


def _used_task(walk: Walk, task: WrappedTask) -> tuple[Field, ...]:
    """What counts of a task besides its code, where steps are made of it."""
    if not walk.builds:
        return ()
    function = task.function
    types = read_types(walk, function) if isinstance(function, FunctionType) else ()
    return task.name, task.strict, tuple(types)


def _task_field(walk: Walk, thing: object, task: WrappedTask, name: str) -> Field:
    """The code of a task, without the names that this task ignores."""
    if set(task.ignore) <= set(walk.ignore):
        return walk.field(task.function, name)
    if id(thing) in walk.enclosing:
        return ("enclosing", len(walk.enclosing) - walk.enclosing.index(id(thing)))
    apart = walk.apart(thing, task.ignore)
    return Elsewhere(("apart", apart.finish(apart.field(task.function, name))))


def _function(walk: Walk, function: FunctionType, name: str) -> Field:
    if is_project(function):
        return walk.node(function, "function", functions.describe_function, name)
    if function.__closure__ or "__wrapped__" in vars(function):
        return walk.node(function, "wrapper", library_functions.describe_library_function, name)
    refuse_unseen(walk, name, function)
    return library_functions.library_function(walk, function)


def _class(walk: Walk, kind: type, name: str) -> Field:
    walk.classes.append(kind)
    if is_project(kind):
        return walk.node(kind, "class", classes.describe_class, name)
    refuse_unseen(walk, name, kind)
    found = walk.library(kind.__module__, kind.__qualname__)
    registered = registered_field(walk, kind)
    return (found, *registered) if registered else found


def _method(walk: Walk, method: MethodType, name: str) -> Field:
    if library_functions.is_library_singleton(method):
        return walk.library(type(method.__self__).__module__, method.__name__)
    return walk.node(method, "method", functions.describe_method, name)


def _partial(walk: Walk, partial: functools.partial[object], name: str) -> Field:
    return walk.node(partial, "partial", functions.describe_partial, name)


_CODE: Final[tuple[tuple[type, Callable[[Walk, Any, str], Field]], ...]] = (
    (FunctionType, _function),
    (type, _class),
    (ModuleType, modules.module_field),
    (MethodType, _method),
    (functools.partial, _partial),
    (BuiltinFunctionType, library_functions.builtin_field),
)


def _value_field(walk: Walk, thing: Any, name: str) -> Field:
    """Values with content."""
    kind = type(thing)
    if values.is_standard_stream(thing):
        return "harmless", "stream"
    if isinstance(thing, Enum):
        return "enum", walk.field(kind, kind.__name__), thing.name or str(thing.value)
    refuse_unseen(walk, name, thing)
    if kind in _CONTAINERS:
        return walk.value(thing, *_CONTAINERS[kind], name)
    if values.is_array(thing):
        return walk.value(thing, "array", values.describe_array, name)
    wrapped = getattr(thing, "__dict__", {}).get("__wrapped__")
    if wrapped is not None and not is_project(kind):
        home = walk.library(kind.__module__, kind.__qualname__)
        return "wrapper", home, walk.field(wrapped, name)
    return walk.value(thing, "object", values.describe_instance, name)
