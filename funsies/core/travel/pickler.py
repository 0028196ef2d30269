"""How functions travel: by reference into the bundle where they can, by value where not.

What a function of a module is, its module says when it is imported on the worker. Functions of
``__main__``, and those whose text is not at hand or not that of the running code, go by value,
with the globals of the module that they belong to. What the code uses goes along as entries of
an :mod:`overlay <funsies.core.travel.overlay>`.
"""

from __future__ import annotations

import io
import marshal
import sys
from abc import ABCMeta
from collections import deque
from collections.abc import Callable, Iterable
from threading import RLock
from types import CellType, FunctionType, ModuleType
from typing import Any, Final, NamedTuple

import cloudpickle  # type: ignore[import-untyped]  # it has no types

from funsies.core.fingerprint.annotations import resolved_annotations
from funsies.core.fingerprint.project import is_project
from funsies.core.fingerprint.subclasses import registered_classes
from funsies.core.fingerprint.texts import lines_of

from . import rebuild
from .class_statements import statement_of
from .live import live_key, process_token
from .overlay import REGISTERED
from .program import Program, this_program
from .reducers import (
    REDUCERS,
    is_library_class_method,
    is_single_dispatch,
    reduce_class_method,
    reduce_single_dispatch,
)
from .references import References
from .structs import is_struct_class, reduce_struct_class
from .used import (
    data_of,
    functions_of,
    globals_used,
    modules_imported,
    subclasses_asked_for,
)

PROTOCOL: Final = 5

_registration: Final = RLock()
"""Held while modules are registered with cloudpickle, which is state of the process."""


class Parcel(NamedTuple):
    """What travels.

    Attributes:
        pickle: bytes for :func:`~funsies.core.travel.loading.load_function`.
        made_by: name of this process.
        program: where the function comes from.
        texts: text by name of the file of the script, and of the code in the pickle.
    """

    pickle: bytes
    made_by: str
    program: Program
    texts: dict[str, str]


def dump_function(payload: object) -> Parcel:
    """Pickle a function, or a tuple with functions in it, so that any worker can load it.

    Args:
        payload: the function; or a tuple of it and, for instance, its annotations: a class
            in both is one class after loading, too.

    Returns:
        What a worker needs. It is not part of any address.

    Raises:
        pickle.PicklingError, TypeError: if something in it cannot be pickled.
    """
    with io.BytesIO() as file, _registration:
        program = this_program()
        pickler = _Pickler(file, References(program.bundle))
        try:
            pickler.dump_all(payload, program.main.frozen)
        finally:
            pickler.unregister()
        program = this_program(pickler.imported)
        if program.main_text:
            pickler.texts[program.main.text_name] = program.main_text
        return Parcel(file.getvalue(), process_token(), program, pickler.texts)


class _Entry(NamedTuple):
    """A value that is still to be written: where it belongs, and whether it may be left out."""

    owner: object
    name: str
    value: object
    is_optional: bool


class _Home:
    """In a pickle: a module to which values belong."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]  # cloudpickle has no types
    """Decides what goes by reference and what by value; leaves the rest to cloudpickle."""

    def __init__(self, file: io.BytesIO, references: References) -> None:
        super().__init__(file, protocol=PROTOCOL)
        self.texts: dict[str, str] = {}
        self.imported: set[str] = set()
        self._file = file
        self._references = references
        self._pending: deque[_Entry] = deque()
        self._seen: set[tuple[int, str]] = set()
        self._visited: set[int] = set()
        self._owners: dict[int, rebuild.Namespace | _Home] = {}
        self._registered: list[ModuleType] = []
        self._alive: list[object] = []

    def dump_all(self, payload: object, frozen: Iterable[str]) -> None:
        """Write frozen modules, the payload, and then everything that has to be laid over."""
        for module in filter(None, map(sys.modules.get, frozen)):
            self._add_whole(module)
        self._dump_pending()
        self.dump(payload)
        self._dump_pending()

    def _dump_pending(self) -> None:
        while self._pending:
            self._dump_entry(self._pending.popleft())
        self.dump(None)

    def _dump_entry(self, entry: _Entry) -> None:
        if not entry.is_optional:
            self.dump((entry.owner, entry.name, entry.value))
            return
        place, memo = self._file.tell(), self.memo.copy()
        try:
            self.dump((entry.owner, entry.name, entry.value))
        except Exception:  # noqa: BLE001 (any class may define how it is pickled)
            self._file.seek(place)
            self._file.truncate()
            self.memo = memo

    def unregister(self) -> None:
        """Undo what this pickler changed in cloudpickle."""
        for module in self._registered:
            cloudpickle.unregister_pickle_by_value(module)

    # -- how each thing is written

    def reducer_override(self, thing: Any) -> Any:
        """Tell pickle how to take an object apart."""
        if isinstance(thing, _Home):
            return self._home(thing.module)
        reduce = _EXACT.get(type(thing)) or REDUCERS.get(type(thing))
        if reduce is not None:
            return reduce(thing)
        for applies, special in _SPECIAL:
            if applies(thing):
                return special(thing)
        if isinstance(thing, FunctionType):
            return self._function(thing)
        if isinstance(thing, type) and is_project(thing):
            return self._class(thing)
        if isinstance(thing, ModuleType):
            return self._module(thing)
        return super().reducer_override(thing)

    def _function(self, function: FunctionType) -> Any:
        if self._references.is_importable(function):
            return NotImplemented
        if is_project(function):
            self._visit_function(function)
        reference = self._references.of(function)
        if reference is not None:
            return rebuild.reference, (*reference, live_key(function))
        self._take_text(function)
        return self._function_by_value(function)

    def _function_by_value(self, function: FunctionType) -> Any:
        cells = function.__closure__ or ()
        owner = self._owner(function.__globals__)
        is_as_it_was = not cells and not _has_changeable_defaults(function)
        key = live_key(function) if is_as_it_was and isinstance(owner, _Home) else 0
        code, name = marshal.dumps(function.__code__), function.__name__
        arguments = (code, owner, name, cells, key, is_project(function))
        state = {
            "key": key,
            "attributes": {name: getattr(function, name) for name in _ATTRIBUTES}
            | {"__annotations__": resolved_annotations(function)},
            "dict": dict(vars(function)),
            "cells": tuple((cell, cell.cell_contents) for cell in cells if _is_filled(cell)),
        }
        return rebuild.function, arguments, state, None, None, rebuild.set_function

    def _class(self, kind: type) -> Any:
        self._visit_class(kind)
        reference = self._references.of(kind)
        if reference is not None:
            return rebuild.reference, (*reference, live_key(kind))
        module = sys.modules.get(kind.__module__)
        if module is not None and not self._references.has(kind.__module__):
            reduced = self._class_of_script(kind, module)
            if reduced is not None:
                return reduced
        return self._class_by_value(kind)

    def _class_of_script(self, kind: type, module: ModuleType) -> Any:
        outer, _, name = kind.__qualname__.rpartition(".")
        if outer:
            parent = self._references.attribute(kind.__module__, outer)
            is_inside = isinstance(parent, type) and getattr(parent, name, None) is kind
            return (getattr, (parent, name)) if is_inside else None
        statement = statement_of(kind, module)
        if statement is None:
            return None
        self.texts[statement.file_name] = "".join(statement.source.lines)
        place = (self._owner(vars(module)), statement.file_name, statement.position)
        arguments = (live_key(kind), *place, kind.__name__, statement.needed)
        return rebuild.class_of_script, arguments

    def _class_by_value(self, kind: type) -> Any:
        if is_struct_class(kind):
            return reduce_struct_class(kind)
        self._references.refuse_if_incomplete(kind)
        module = sys.modules.get(kind.__module__)
        known = cloudpickle.list_registry_pickle_by_value()
        if module is not None and module.__name__ not in known:
            cloudpickle.register_pickle_by_value(module)
            self._registered.append(module)
        reduced = super().reducer_override(kind)
        if isinstance(reduced, tuple):
            state, _ = reduced[2]  # a dictionary of cloudpickle's own
            state["__qualname__"] = kind.__qualname__
            if "__annotations__" in state:
                state["__annotations__"] = resolved_annotations(kind)
        return reduced

    def _module(self, module: ModuleType) -> Any:
        if not is_project(module) or self._references.has(module.__name__):
            return rebuild.module, (module.__name__,)
        if module.__name__ != "__main__":
            self._add_whole(module)
        return self._home(module)

    def _add_whole(self, module: ModuleType) -> None:
        """A module without a file that is used as a value: all of it that can be pickled."""
        for name, value in vars(module).items():
            if not name.startswith("__"):
                self._add(vars(module), name, value, is_optional=True)

    # -- what goes along

    def _owner(self, namespace: dict[str, Any]) -> rebuild.Namespace | _Home:
        """The module whose globals these are; or a stand-in for globals of no module."""
        if id(namespace) not in self._owners:
            module = sys.modules.get(str(namespace.get("__name__")))
            is_of_module = module is not None and vars(module) is namespace
            self._alive.append(namespace)
            self._owners[id(namespace)] = (
                _Home(module) if is_of_module else rebuild.Namespace(namespace)
            )
        return self._owners[id(namespace)]

    def _home(self, module: ModuleType) -> Any:
        name = module.__name__
        is_there = name == "__main__" or self._references.has(name) or not is_project(module)
        return (rebuild.module if is_there else rebuild.made_module), (name,)

    def _visit_function(self, function: FunctionType) -> None:
        """See to it that what a function uses goes along."""
        if id(function) in self._visited:
            return
        self._visited.add(id(function))
        self._alive.append(function)
        self.imported.update(modules_imported(function))
        for use in globals_used(function):
            self._add(*use)
        for kind in subclasses_asked_for(function):
            self._pending.append(_Entry(None, "", kind, is_optional=False))
        for name in ("__defaults__", "__kwdefaults__"):
            if getattr(function, name):
                self._pending.append(_Entry(function, name, getattr(function, name), True))
        for cell in function.__closure__ or ():
            if _is_filled(cell):
                self._visit(cell.cell_contents)
        self._visit(vars(function).get("__wrapped__"))

    def _visit_class(self, kind: type) -> None:
        if id(kind) in self._visited:
            return
        self._visited.add(id(kind))
        for function in functions_of(kind):
            if is_project(function):
                self._visit_function(function)
        for base in (*kind.__bases__, type(kind)):
            self._visit(base)
        if isinstance(kind, ABCMeta):
            for registered in registered_classes(kind):
                self._pending.append(_Entry(kind, REGISTERED, registered, is_optional=False))
        for name, value in data_of(kind):
            self._pending.append(_Entry(kind, name, value, is_optional=True))

    def _visit(self, thing: object) -> None:
        if isinstance(thing, FunctionType) and is_project(thing):
            self._visit_function(thing)
        elif isinstance(thing, type) and is_project(thing):
            self._visit_class(thing)

    def _add(
        self, namespace: dict[str, Any], name: str, value: Any, is_optional: bool = False
    ) -> None:
        if (id(namespace), name) in self._seen:
            return
        self._seen.add((id(namespace), name))
        owner = self._owner(namespace)
        home = owner.module.__name__ if isinstance(owner, _Home) else ""
        is_imported = self._references.has(home)
        if is_imported and self._references.comes_with_import(home, name, value):
            self._visit(value)
        else:
            self._pending.append(_Entry(owner, name, value, is_optional or is_imported))

    def _take_text(self, function: FunctionType) -> None:
        """Have the text go along in which tracebacks and debuggers show this code."""
        file_name = function.__code__.co_filename
        lines = lines_of(file_name, function.__globals__)
        if lines and file_name not in self.texts and is_project(function):
            self.texts[file_name] = "".join(lines)


_ATTRIBUTES: Final = (
    "__qualname__",
    "__module__",
    "__doc__",
    "__defaults__",
    "__kwdefaults__",
)


def _has_changeable_defaults(function: FunctionType) -> bool:
    defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
    return any(type(each) not in _ATOMS for each in defaults)


_ATOMS: Final = frozenset({type(None), bool, int, float, complex, str, bytes, type(Ellipsis)})


def _is_filled(cell: CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018 - raises if it is empty
    except ValueError:
        return False
    return True


def _reduce_namespace(namespace: rebuild.Namespace) -> object:
    variables = namespace.variables
    kept = {name: variables[name] for name in ("__name__", "__package__") if name in variables}
    return rebuild.namespace, (kept,)


_EXACT: Final[dict[type, Callable[[Any], object]]] = {
    CellType: lambda _cell: (CellType, ()),  # the function that uses it fills it
    rebuild.Namespace: _reduce_namespace,
}

_SPECIAL: Final[tuple[tuple[Callable[[Any], bool], Callable[[Any], object]], ...]] = (
    (is_single_dispatch, reduce_single_dispatch),
    (is_library_class_method, reduce_class_method),
)
"""What goes in a way of its own: (test, reducer)."""
