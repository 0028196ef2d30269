"""What a function uses by name: globals, and what it reads of modules."""

from __future__ import annotations
import __future__

import ast
import builtins
import sys
import typing
from collections.abc import Collection, Iterator
from types import CodeType, FunctionType, GenericAlias, ModuleType, UnionType
from typing import Any, Final, NamedTuple

from funsies.core.fingerprint.arguments import reads_arguments
from funsies.core.fingerprint.bytecode import PLACES, SUBCLASSES, names_of
from funsies.core.fingerprint.caching import held_by
from funsies.core.fingerprint.classes import all_subclasses, owner_of
from funsies.core.fingerprint.code_digest import nested_codes
from funsies.core.fingerprint.names_meant import modules_meant
from funsies.core.fingerprint.project import is_code_of_project, is_project
from funsies.core.parsing import parse_expression


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
    """The globals that the code names; of modules of libraries, what the program put in.

    Of those, the arguments of the program are in ``sys``.
    """
    namespace = function.__globals__
    for chain in names_of(function.__code__).globals:
        yield from along(namespace, chain)
    for module, chain in _modules_read(function):
        yield from along(vars(module), chain)
    for name, value in types_named_in(function.__code__, namespace).items():
        yield Use(namespace, name, value)
    if reads_arguments(function):
        yield Use(vars(sys), "argv", sys.argv)


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
    captured = ((held.get(name), tuple(chain)) for name, *chain in names.cells)
    for module, chain in (*captured, *modules_meant(function)):
        if isinstance(module, ModuleType) and is_project(module):
            yield module, chain


def along(namespace: dict[str, Any], chain: Collection[str]) -> Iterator[Use]:
    """What each name of a chain stands for, from one module to the next."""
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
