"""What has to go along with functions and classes: everything that they use by name."""

from __future__ import annotations

import re
import sys
from abc import ABCMeta
from collections import deque
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any, Final, NamedTuple

from funsies.core.digest import digest
from funsies.core.fingerprint.caching import MISSING, cell_content
from funsies.core.fingerprint.classes import registered_classes
from funsies.core.fingerprint.environment_use import EnvironmentUse
from funsies.core.fingerprint.module_files import may_be_project, read_when_imported
from funsies.core.fingerprint.module_state import modules_named
from funsies.core.fingerprint.project import is_project
from funsies.core.type_hints import LAZY_ANNOTATIONS

from .bundle import References
from .class_contents import (
    classes_of_fields,
    data_of,
    defaults_of_fields,
    functions_in,
    functions_of,
)
from .names_used import (
    along,
    globals_used,
    modules_handed_on,
    subclasses_asked_for,
)
from .overlay import IMPORTED, REGISTERED
from .rebuild import Namespace


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
        imported: names of what functions import while they run: modules, and what is in them.
        environment: what all of it has to do with variables of the environment.
    """

    def __init__(self, references: References) -> None:
        self.imported: set[str] = set()
        self.environment: EnvironmentUse = EnvironmentUse()
        self._references = references
        self._entries: deque[NeededEntry] = deque()
        self._unvisited: deque[FunctionType | type] = deque()
        self._known: set[tuple[int, str]] = set()
        self._whole: set[int] = set()
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
        """Have all of a module, and of modules in it, go along that can be pickled."""
        if id(module) in self._whole or not is_project(module):
            return
        self._whole.add(id(module))
        for name, value in vars(module).items():
            if not name.startswith("__"):
                self._add(vars(module), name, value, is_optional=True)
                if isinstance(value, ModuleType):
                    self.take_whole(value)

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
        self.environment.take(thing)
        if isinstance(thing, FunctionType):
            self._visit_function(thing)
        else:
            self._visit_class(thing)

    def _visit_function(self, function: FunctionType) -> None:
        self.imported.update(modules_named(function))
        for use in globals_used(function):
            self._add(*use)
        for module in modules_handed_on(function):
            self.take_whole(module)
        self._take_what_imports_read(function)
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

    def _take_what_imports_read(self, function: FunctionType) -> None:
        """Have go along what modules read that the step will be the first to import."""
        states: dict[str, list[str]] = {}
        for name in filter(may_be_project, modules_named(function)):
            for reader, module, chain in read_when_imported(name):
                seen = states.setdefault(reader, [])
                if not chain:
                    self.take_whole(module)
                    seen += [
                        shown(each) for each in vars(module).items() if each[0][:2] != "__"
                    ]
                for use in along(vars(module), chain):
                    self._add(*use)
                    seen.append(shown((use.name, use.value)))
        if states:
            value = {name: digest("read", *sorted(seen)).hex() for name, seen in states.items()}
            self._entries.append(NeededEntry(None, IMPORTED, value, is_optional=False))

    def _visit_class(self, kind: type) -> None:
        inside = (each for each in list(vars(kind).values()) if isinstance(each, type))
        for thing in (*functions_of(kind), *kind.__bases__, type(kind), *inside):
            self.take(thing)
        if isinstance(kind, ABCMeta):
            for registered in registered_classes(kind):
                self._entries.append(
                    NeededEntry(kind, REGISTERED, registered, is_optional=False)
                )
        for name, value in data_of(kind):
            self._entries.append(NeededEntry(kind, name, value, is_optional=True))
        for name, value in self._conditional_methods(kind):
            self._entries.append(NeededEntry(kind, name, value, is_optional=True))
        for member, name, value in defaults_of_fields(kind):
            self._entries.append(NeededEntry(member, name, value, is_optional=True))
        for field_class in classes_of_fields(kind):
            module = sys.modules.get(field_class.__module__)
            if getattr(module, field_class.__name__, None) is field_class:
                self._add(vars(module), field_class.__name__, field_class, is_optional=True)

    def _conditional_methods(self, kind: type) -> Iterator[tuple[str, Any]]:
        """Methods that are others where a condition of the module has another outcome."""
        for name, member in list(vars(kind).items()):
            is_method = name not in LAZY_ANNOTATIONS and any(
                each.__code__.co_qualname.startswith(f"{kind.__qualname__}.")
                for each in functions_in(member)
            )
            if is_method and self._references.is_conditional(
                kind.__module__, f"{kind.__qualname__}.{name}"
            ):
                yield name, member

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
            self._entries.append(NeededEntry(owner, name, self.bound(value), is_spare))

    def bound(self, value: Any) -> Any:
        """A value as code has it under a name of its own: of a module, what it reads of it.

        That has been seen to already; a module that no file makes goes whole.
        """
        is_made_by_file = isinstance(value, ModuleType) and self._references.has(value.__name__)
        return self.home(value) if is_made_by_file else value


def shown(item: tuple[str, Any]) -> str:
    """A name and its value, so that it shows whether the program has changed the value."""
    name, value = item
    if is_code(value):
        return f"{name} {value.__qualname__}"
    try:
        text = f"{value!r} {vars(value) if hasattr(value, '__dict__') else {}!r}"
    except Exception:  # noqa: BLE001 (any class may define how it is shown)
        text = type(value).__qualname__
    return f"{name} {_PLACE.sub('', text)}"


_PLACE: Final = re.compile(r" at 0x[0-9a-f]+")
"""What the usual text of an object says of this process."""


def is_code(value: object) -> bool:
    """True of functions and classes."""
    return isinstance(value, (FunctionType, type))
