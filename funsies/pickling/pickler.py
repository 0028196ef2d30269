"""How functions travel: by reference into the bundle where they can, by value where not.

What a function of a module is, its module says when it is imported on the worker. Functions of
``__main__``, and those whose text is not at hand or not that of the running code, go by value,
with the globals of the module that they belong to. What the code uses goes along as entries of
an :mod:`overlay <funsies.pickling.overlay>`.
"""

from __future__ import annotations

import io
import marshal
import sys
from collections.abc import Callable, Iterable
from threading import RLock
from types import CellType, FunctionType, ModuleType
from typing import Any, Final, NamedTuple

import cloudpickle  # type: ignore[import-untyped]  # it has no types

from funsies.core.fingerprint.annotations import resolved_annotations
from funsies.core.fingerprint.caching import MISSING, cell_content
from funsies.core.fingerprint.project import is_project
from funsies.core.fingerprint.source_lookup import lines_of

from . import rebuild
from .bundle import References
from .class_contents import Member
from .class_statements import statement_of
from .needed import Home, Needed, NeededEntry
from .program import Program, live_key, process_token, this_program
from .reducers import (
    REDUCERS,
    is_generic_model,
    is_library_class_method,
    is_single_dispatch,
    is_struct_class,
    is_typed_dict,
    reduce_class_method,
    reduce_generic_model,
    reduce_single_dispatch,
    reduce_struct_class,
    reduce_typed_dict,
)

PROTOCOL: Final = 5

_registration: Final = RLock()
"""Held while modules are registered with cloudpickle, which is state of the process."""


class Parcel(NamedTuple):
    """What travels.

    Attributes:
        pickle: bytes for :func:`~funsies.pickling.overlay.load_function`.
        made_by: name of this process.
        program: where the function comes from.
        texts: text by name of the file of the script, and of the code in the pickle.
        environment: variables that the program has set and the code reads by name; None of one
            that the program has deleted.
    """

    pickle: bytes
    made_by: str
    program: Program
    texts: dict[str, str]
    environment: dict[str, str | None]


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
        environment = pickler.environment
        return Parcel(file.getvalue(), process_token(), program, pickler.texts, environment)


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]  # cloudpickle has no types
    """Decides what goes by reference and what by value; leaves the rest to cloudpickle."""

    def __init__(self, file: io.BytesIO, references: References) -> None:
        super().__init__(file, protocol=PROTOCOL)
        self.texts: dict[str, str] = {}
        self._file = file
        self._references = references
        self._needed = Needed(references)
        self._registered: list[ModuleType] = []

    @property
    def imported(self) -> set[str]:
        """Names of the modules that the functions import while they run."""
        return self._needed.imported

    @property
    def environment(self) -> dict[str, str | None]:
        """Variables that the program has set and the functions read."""
        return self._needed.environment.variables()

    def dump_all(self, payload: object, frozen: Iterable[str]) -> None:
        """Write frozen modules, the payload, and then everything that has to be laid over."""
        for module in filter(None, map(sys.modules.get, frozen)):
            self._needed.take_whole(module)
        self._dump_needed()
        self.dump(payload)
        self._dump_needed()

    def _dump_needed(self) -> None:
        for entry in self._needed.entries():
            self._dump_entry(entry)
        self.dump(None)

    def _dump_entry(self, entry: NeededEntry) -> None:
        if not entry.is_optional:
            self.dump((entry.owner, entry.name, entry.value))
            return
        place, memo = self._file.tell(), self._memo()
        try:
            self.dump((entry.owner, entry.name, entry.value))
        except Exception:  # noqa: BLE001 (any class may define how it is pickled)
            self._file.seek(place)
            self._file.truncate()
            self.memo = memo

    def _memo(self) -> Any:
        return self.memo.copy()  # pickle's own record of what it has written

    def unregister(self) -> None:
        """Undo what this pickler changed in cloudpickle."""
        for module in self._registered:
            cloudpickle.unregister_pickle_by_value(module)

    # -- how each thing is written

    def reducer_override(self, thing: Any) -> Any:
        """Tell pickle how to take an object apart."""
        reduce = _EXACT.get(type(thing)) or REDUCERS.get(type(thing)) or _special(thing)
        if reduce is not None:
            return reduce(thing)
        for kind, own in _OWN:
            if isinstance(thing, kind):
                return own(self, thing)
        return super().reducer_override(thing)

    def _function(self, function: FunctionType) -> Any:
        if self._references.is_importable(function):
            return NotImplemented
        self._needed.take(function)
        reference = self._references.of(function)
        if reference is not None:
            return rebuild.reference, (*reference, live_key(function))
        self._take_text(function)
        return self._function_by_value(function)

    def _function_by_value(self, function: FunctionType) -> Any:
        cells = function.__closure__ or ()
        owner = self._needed.owner(function.__globals__)
        key = live_key(function) if not cells and isinstance(owner, Home) else 0
        live = key, rebuild.parts_of(function)
        code, name = marshal.dumps(function.__code__), function.__name__
        arguments = (code, owner, name, cells, live)
        state = {
            "live": live,
            "is_of_project": is_project(function),
            "attributes": {name: getattr(function, name) for name in _ATTRIBUTES}
            | {"__annotations__": resolved_annotations(function)},
            "dict": dict(vars(function)),
            "cells": tuple(
                (cell, self._needed.bound(cell.cell_contents))
                for cell in cells
                if _is_filled(cell)
            ),
        }
        return rebuild.function, arguments, state, None, None, rebuild.set_function

    def _class(self, kind: type) -> Any:
        if is_generic_model(kind):
            return reduce_generic_model(kind)
        if not is_project(kind):
            return super().reducer_override(kind)
        self._needed.take(kind)
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
            is_made_with_it = is_inside and self._has_statement(kind, module)
            return (getattr, (parent, name)) if is_made_with_it else None
        statement = statement_of(kind, module)
        if statement is None:
            return None
        self.texts[statement.file_name] = "".join(statement.source.lines)
        owner, place = (
            self._needed.owner(vars(module)),
            (statement.file_name, statement.position),
        )
        arguments = (live_key(kind), owner, place, kind.__name__, statement.needed)
        return rebuild.class_of_script, arguments

    def _has_statement(self, kind: type, module: ModuleType) -> bool:
        """True of a class inside of classes whose statement is run again, with all in it."""
        outermost = self._references.attribute(
            module.__name__, kind.__qualname__.partition(".")[0]
        )
        return isinstance(outermost, type) and statement_of(outermost, module) is not None

    def _class_by_value(self, kind: type) -> Any:
        if is_struct_class(kind):
            return reduce_struct_class(kind)
        if is_typed_dict(kind):
            return reduce_typed_dict(kind)
        self._references.refuse_if_incomplete(kind)
        module = sys.modules.get(kind.__module__)
        known = cloudpickle.list_registry_pickle_by_value()
        if module is not None and is_project(module) and module.__name__ not in known:
            cloudpickle.register_pickle_by_value(module)
            self._registered.append(module)
        reduced = super().reducer_override(kind)
        if isinstance(reduced, tuple):
            state, _ = reduced[2]  # a dictionary of cloudpickle's own
            state["__qualname__"] = kind.__qualname__
            state.pop("__annotations_cache__", None)
            if annotations := resolved_annotations(kind):
                state["__annotations__"] = annotations
            own = rebuild.class_by_value, (live_key(kind), *reduced[:2])
            return *own, *reduced[2:]
        return reduced

    def _module(self, module: ModuleType) -> Any:
        if module.__name__ != "__main__":
            self._needed.take_whole(module)  # who has it may read anything of it
        return self._home(Home(module))

    def _home(self, home: Home) -> Any:
        name = home.module.__name__
        is_there = name == "__main__" or self._references.has(name)
        if is_there or not is_project(home.module):
            return rebuild.module, (name,)
        return rebuild.made_module, (name, live_key(home.module))

    def _take_text(self, function: FunctionType) -> None:
        """Have the text go along in which tracebacks and debuggers show this code."""
        file_name = function.__code__.co_filename
        lines = lines_of(file_name, function.__globals__)
        if lines and file_name not in self.texts and is_project(function):
            self.texts[file_name] = "".join(lines)


_OWN: Final[tuple[tuple[type, Callable[[_Pickler, Any], Any]], ...]] = (
    (Home, _Pickler._home),  # noqa: SLF001 - the table of the class itself
    (FunctionType, _Pickler._function),  # noqa: SLF001
    (type, _Pickler._class),  # noqa: SLF001
    (ModuleType, _Pickler._module),  # noqa: SLF001
)

_ATTRIBUTES: Final = (
    "__qualname__",
    "__module__",
    "__doc__",
    "__defaults__",
    "__kwdefaults__",
)


def _is_filled(cell: CellType) -> bool:
    return cell_content(cell) is not MISSING


def _reduce_namespace(namespace: rebuild.Namespace) -> object:
    variables = namespace.variables
    kept = {name: variables[name] for name in ("__name__", "__package__") if name in variables}
    return rebuild.namespace, (namespace.key, kept)


_EXACT: Final[dict[type, Callable[[Any], object]]] = {
    CellType: lambda _cell: (CellType, ()),  # the function that uses it fills it
    rebuild.Namespace: _reduce_namespace,
    Member: lambda member: (getattr, (member.kind, member.name)),
}

_SPECIAL: Final[tuple[tuple[Callable[[Any], bool], Callable[[Any], object]], ...]] = (
    (is_single_dispatch, reduce_single_dispatch),
    (is_library_class_method, reduce_class_method),
)
"""What goes in a way of its own: (test, reducer)."""


def _special(thing: Any) -> Callable[[Any], object] | None:
    return next((reduce for applies, reduce in _SPECIAL if applies(thing)), None)
