"""What has to go along with functions and classes: everything that they use by name."""

from __future__ import annotations
import __future__

import ast
import builtins
import re
import sys
import typing
from abc import ABCMeta
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from enum import Enum
from types import (
    CodeType,
    FunctionType,
    GenericAlias,
    MemberDescriptorType,
    ModuleType,
    UnionType,
)
from typing import Any, Final, NamedTuple, get_args

from funsies.core.digest import digest
from funsies.core.fingerprint.bytecode import PLACES, SUBCLASSES, names_of
from funsies.core.fingerprint.caching import MISSING, cell_content, held_by
from funsies.core.fingerprint.classes import all_subclasses, owner_of, registered_classes
from funsies.core.fingerprint.code_digest import nested_codes
from funsies.core.fingerprint.imports import absolute_name
from funsies.core.fingerprint.module_files import may_be_project, read_when_imported
from funsies.core.fingerprint.module_state import modules_named
from funsies.core.fingerprint.project import is_code_of_project, is_project
from funsies.core.parsing import parse_expression
from funsies.core.type_hints import LAZY_ANNOTATIONS

from .bundle import References
from .overlay import IMPORTED, REGISTERED
from .rebuild import Namespace


class Home:
    """In a pickle: a module to which values belong."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module


class Member:
    """In a pickle: a function that a library has made for a class, and found in it again."""

    def __init__(self, kind: type, name: str) -> None:
        self.kind = kind
        self.name = name


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
        if isinstance(thing, FunctionType):
            self._visit_function(thing)
        else:
            self._visit_class(thing)

    def _visit_function(self, function: FunctionType) -> None:
        self.imported.update(modules_imported(function))
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
                for use in _along(vars(module), chain):
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
                for each in _functions_in(member)
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
    attributes = vars(value) if hasattr(value, "__dict__") and not is_code(value) else {}
    text = value.__qualname__ if is_code(value) else f"{value!r} {attributes!r}"
    return f"{name} {_PLACE.sub('', text)}"


_PLACE: Final = re.compile(r" at 0x[0-9a-f]+")
"""What the usual text of an object says of this process."""


def is_code(value: object) -> bool:
    """True of functions and classes."""
    return isinstance(value, (FunctionType, type))


class Use(NamedTuple):
    """A name that code reads.

    Attributes:
        namespace: the globals, or the attributes of a module, in which it is looked up.
        name: the name.
        value: what it stands for.
    """

    namespace: dict[str, Any]
    name: str
    value: Any


def globals_used(function: FunctionType) -> Iterator[Use]:
    """The globals that the code names; of modules of libraries, what the program put in."""
    namespace = function.__globals__
    for chain in names_of(function.__code__).globals:
        yield from _along(namespace, chain)
    for module, chain in _modules_read(function):
        yield from _along(vars(module), chain)
    for name, value in types_named_in(function.__code__, namespace).items():
        yield Use(namespace, name, value)


def modules_handed_on(function: FunctionType) -> Iterator[ModuleType]:
    """Modules that code uses as values, so that anything may be read of them."""
    namespace, names = function.__globals__, names_of(function.__code__)
    of_globals = ((namespace.get(name), tuple(chain)) for name, *chain in names.globals)
    for thing, chain in (*of_globals, *_modules_read(function)):
        module = _meant(thing, chain)
        if isinstance(module, ModuleType):
            yield module


def _meant(thing: object, chain: Collection[str]) -> object:
    """What ``package.module`` is; of ``module.__dict__`` the module."""
    for name in chain:
        if not isinstance(thing, ModuleType) or name in PLACES:
            return None
        if name == "__dict__":
            return thing
        thing = vars(thing).get(name)
    return thing


def _modules_read(function: FunctionType) -> Iterator[tuple[ModuleType, tuple[str, ...]]]:
    """Modules of the project that code imports or has in its closure, and what it reads."""
    names, held = names_of(function.__code__), held_by(function)
    package = str(function.__globals__.get("__package__") or "")
    found = [
        *((held.get(name), tuple(chain)) for name, *chain in names.cells),
        *(
            (sys.modules.get(absolute_name(name, level, package)), chain)
            for name, level, chain in names.used_imports
        ),
    ]
    for module, chain in found:
        if isinstance(module, ModuleType) and is_project(module):
            yield module, chain


def _along(namespace: dict[str, Any], chain: Collection[str]) -> Iterator[Use]:
    is_of_library = False
    for name in chain:
        if name not in namespace and not is_of_library:
            namespace, is_of_library = vars(builtins), True
        if name not in namespace or name in PLACES:
            return
        value = namespace[name]
        if not is_of_library or _is_not_of_library(namespace, name, value):
            yield Use(namespace, name, value)
        if not isinstance(value, ModuleType):
            return
        is_of_library = not is_project(value)
        namespace = vars(value)


def _is_not_of_library(namespace: dict[str, Any], name: str, value: object) -> bool:
    """True of what importing a library does not give: the project's code, and submodules."""
    if isinstance(value, ModuleType):
        return value.__name__ == f"{namespace['__name__']}.{name}"
    return is_code_of_project(value)


def modules_imported(function: FunctionType) -> Iterator[str]:
    """Names of the modules that a function imports while it runs."""
    package = str(function.__globals__.get("__package__") or "")
    for module, _, level in names_of(function.__code__).imported:
        yield absolute_name(module, level, package)


def subclasses_asked_for(function: FunctionType) -> Iterator[type]:
    """Subclasses that a function finds by ``__subclasses__()`` of a class, or of its own."""
    for chain in names_of(function.__code__).globals:
        if chain[-1] == SUBCLASSES:
            value: Any = function.__globals__.get(chain[0])
            for name in chain[1:-1]:
                value = getattr(value, name, None)
            if isinstance(value, type):
                yield from all_subclasses(value)
    owner = owner_of(function)
    codes = nested_codes(function.__code__)
    if owner is not None and any(SUBCLASSES in code.co_names for code in codes):
        yield from all_subclasses(owner)


def functions_of(kind: type) -> Iterator[FunctionType]:
    """The functions in a class: methods, accessors of properties, static and class methods."""
    for name, member in list(vars(kind).items()):
        if name not in LAZY_ANNOTATIONS:
            yield from _functions_in(member)


def _functions_in(member: object) -> Iterator[FunctionType]:
    for name in ("", "__func__", "fget", "fset", "fdel", "func"):
        each = getattr(member, name, None) if name else member
        if isinstance(each, FunctionType):
            yield each


def classes_of_fields(kind: type) -> Iterator[type]:
    """Classes of the project that the fields of a model of pydantic name.

    Where the model is made anew, they may not be there yet; it looks for them in its module
    when somebody first uses it.
    """
    fields: Mapping[str, Any] = vars(kind).get("__pydantic_fields__", {})
    pending = [field.annotation for field in fields.values()]
    while pending:
        each = pending.pop()
        pending += get_args(each)
        if isinstance(each, type) and is_project(each):
            yield each


_NO_DATA: Final = (
    FunctionType,
    staticmethod,
    classmethod,
    property,
    MemberDescriptorType,
    ModuleType,
)


def data_of(kind: type) -> Iterator[tuple[str, Any]]:
    """Attributes of a class that hold values, and methods that were put there later."""
    if issubclass(kind, Enum):
        return
    for name, member in list(vars(kind).items()):
        is_special = name.startswith("__") or name == "_abc_impl"
        is_data = _is_data(kind, name, member)
        if (is_data and not is_special) or _was_put_there(kind, member):
            yield name, member


def _is_data(kind: type, name: str, member: object) -> bool:
    """True of values, classes that were written elsewhere, and descriptors of the project."""
    if isinstance(member, type):
        written = member.__module__, member.__qualname__
        return written != (kind.__module__, f"{kind.__qualname__}.{name}")
    is_descriptor = hasattr(member, "__get__") and not is_project(type(member))
    return not isinstance(member, _NO_DATA) and not is_descriptor


def _was_put_there(kind: type, member: object) -> bool:
    """True of methods, properties and the like that are not from the body of the class."""
    return any(
        is_project(each)
        and not each.__code__.co_filename.startswith(_GENERATED)
        and not _is_from_body(kind, each)
        for each in _functions_in(member)
    )


def _is_from_body(kind: type, function: FunctionType) -> bool:
    """True of what ``def`` has made there; which of several lambdas it is, imports decide."""
    code = function.__code__
    is_inside = code.co_qualname.startswith(f"{kind.__qualname__}.")
    return is_inside and code.co_name != "<lambda>"


def defaults_of_fields(kind: type) -> Iterator[tuple[Member, str, object]]:
    """Defaults of the fields of dataclasses and named tuples: reading a setting made some."""
    for maker in ("__init__", "__new__"):
        function = getattr(kind, maker) if maker in vars(kind) else None
        if isinstance(function, FunctionType) and function.__code__.co_filename == "<string>":
            for name in ("__defaults__", "__kwdefaults__"):
                if value := getattr(function, name):
                    yield Member(kind, maker), name, value


_GENERATED: Final = ("<string>", "<attrs generated")
"""How names of code begin that libraries make for a class; its statement makes it again."""


# Names in annotations that are text: of functions that a function defines inside itself.
#
# With ``from __future__ import annotations`` such names stand in no bytecode. On a worker,
# where the inner function is made, they are looked up among the globals that came along; so
# what they name has to come along.

_FUTURE_ANNOTATIONS: Final = __future__.annotations.compiler_flag
_TYPES: Final = (type, ModuleType, GenericAlias, UnionType, typing.TypeVar, typing.NewType)


def types_named_in(code: CodeType, namespace: dict[str, object]) -> dict[str, object]:
    """Globals that annotations of inner functions name, as far as they are types or modules.

    Args:
        code: of the outer function.
        namespace: its globals.
    """
    if not code.co_flags & _FUTURE_ANNOTATIONS:
        return {}
    found = {name: namespace[name] for name in set(_names(code)) if name in namespace}
    return {name: value for name, value in found.items() if _is_type(value)}


def _is_type(value: object) -> bool:
    return isinstance(value, _TYPES) or getattr(value, "__module__", "") == "typing"


def _names(root: CodeType) -> Iterator[str]:
    for code in nested_codes(root):
        for constant in code.co_consts:
            if isinstance(constant, tuple) and len(constant) % 2 == 0:
                for annotation in constant[1::2]:
                    yield from _names_in(annotation)


def _names_in(annotation: object) -> Iterator[str]:
    if not isinstance(annotation, str):
        return
    try:
        tree = parse_expression(annotation)
    except (SyntaxError, ValueError):
        return
    yield from (node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
