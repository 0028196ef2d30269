"""What has to go along with functions and classes: everything that they use by name."""

from __future__ import annotations

import sys
from abc import ABCMeta
from collections import deque
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

from funsies.core.fingerprint.project import is_project
from funsies.core.fingerprint.snapshot import MISSING, cell_content
from funsies.core.fingerprint.subclasses import registered_classes

from .overlay import REGISTERED
from .rebuild import Namespace
from .references import References
from .used import (
    data_of,
    functions_of,
    globals_used,
    modules_imported,
    subclasses_asked_for,
)


class Home:
    """In a pickle: a module to which values belong."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module


class NeededEntry(NamedTuple):
    """A value that has to go along.

    Attributes:
        owner: where it belongs; None if it only has to be made.
        name: under which the owner holds it.
        value: the value.
        is_optional: True of what importing a module makes as well, if it cannot be pickled.
    """

    owner: object
    name: str
    value: object
    is_optional: bool


class Needed:
    """Collects what is needed, from one function or class to the next.

    Args:
        references: what workers get by importing.

    Attributes:
        imported: names of the modules that functions import while they run.
    """

    def __init__(self, references: References) -> None:
        self.imported: set[str] = set()
        self._references = references
        self._entries: deque[NeededEntry] = deque()
        self._unvisited: deque[FunctionType | type] = deque()
        self._known: set[tuple[int, str]] = set()
        self._owners: dict[int, Namespace | Home] = {}
        self._alive: dict[int, object] = {}

    def entries(self) -> Iterator[NeededEntry]:
        """What is needed; while it is written, more may turn out to be."""
        while self._entries or self._unvisited:
            while self._unvisited:
                self._visit(self._unvisited.popleft())
            if self._entries:
                yield self._entries.popleft()

    def take(self, thing: object) -> None:
        """See to it that what a function or class of the project uses goes along."""
        if not isinstance(thing, (FunctionType, type)) or not is_project(thing):
            return
        if id(thing) not in self._alive:
            self._alive[id(thing)] = thing
            self._unvisited.append(thing)

    def take_whole(self, module: ModuleType) -> None:
        """Have all of a module go along that can be pickled."""
        for name, value in vars(module).items():
            if not name.startswith("__"):
                self._add(vars(module), name, value, is_optional=True)

    def home(self, module: ModuleType) -> Home:
        """Where the values of a module belong."""
        self._alive[id(vars(module))] = vars(module)
        found = self._owners.setdefault(id(vars(module)), Home(module))
        return found if isinstance(found, Home) else Home(module)

    def owner(self, namespace: dict[str, Any]) -> Namespace | Home:
        """The module whose globals these are; or a stand-in for globals of no module."""
        if id(namespace) not in self._owners:
            module = sys.modules.get(str(namespace.get("__name__")))
            is_of_module = module is not None and vars(module) is namespace
            self._alive[id(namespace)] = namespace
            self._owners[id(namespace)] = (
                Home(module) if module is not None and is_of_module else Namespace(namespace)
            )
        return self._owners[id(namespace)]

    def _visit(self, thing: FunctionType | type) -> None:
        if isinstance(thing, FunctionType):
            self._visit_function(thing)
        else:
            self._visit_class(thing)

    def _visit_function(self, function: FunctionType) -> None:
        self.imported.update(modules_imported(function))
        for use in globals_used(function):
            self._add(*use)
        for kind in subclasses_asked_for(function):
            self._entries.append(NeededEntry(None, "", kind, is_optional=False))
        for name in ("__defaults__", "__kwdefaults__"):
            if value := getattr(function, name):
                self._entries.append(NeededEntry(function, name, value, is_optional=True))
        for name, value in vars(function).items():
            if name != "__wrapped__":
                self._entries.append(NeededEntry(function, name, value, is_optional=True))
        for cell in function.__closure__ or ():
            if (content := cell_content(cell)) is not MISSING:
                self.take(content)
        self.take(vars(function).get("__wrapped__"))

    def _visit_class(self, kind: type) -> None:
        for thing in (*functions_of(kind), *kind.__bases__, type(kind)):
            self.take(thing)
        if isinstance(kind, ABCMeta):
            for registered in registered_classes(kind):
                self._entries.append(
                    NeededEntry(kind, REGISTERED, registered, is_optional=False)
                )
        for name, value in data_of(kind):
            self._entries.append(NeededEntry(kind, name, value, is_optional=True))

    def _add(
        self, namespace: dict[str, Any], name: str, value: Any, *, is_optional: bool = False
    ) -> None:
        if (id(namespace), name) in self._known:
            return
        self._known.add((id(namespace), name))
        if isinstance(value, ModuleType) and is_project(value):
            self.home(value)  # it need not be among those that are loaded: a plug-in
        owner = self.owner(namespace)
        home = owner.module.__name__ if isinstance(owner, Home) else ""
        is_imported = self._references.has(home)
        if is_imported and self._references.comes_with_import(home, name, value):
            self.take(value)
        else:
            is_spare = is_optional or is_imported
            self._entries.append(NeededEntry(owner, name, value, is_spare))
