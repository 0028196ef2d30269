"""What functions and classes use by name: the globals that have to be the same on a worker."""

from __future__ import annotations
import __future__

import ast
import sys
import typing
from collections.abc import Collection, Iterator
from enum import Enum
from types import (
    CodeType,
    FunctionType,
    GenericAlias,
    MemberDescriptorType,
    ModuleType,
    UnionType,
)
from typing import Any, Final, NamedTuple

from funsies.core.fingerprint.closure import absolute_name
from funsies.core.fingerprint.inner_reads import SUBCLASSES
from funsies.core.fingerprint.names import PLACES, names_of
from funsies.core.fingerprint.project import is_project
from funsies.core.fingerprint.records import nested_codes
from funsies.core.fingerprint.subclasses import all_subclasses, owner_of
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
    """The globals that the code names, and attributes of modules of the project."""
    namespace = function.__globals__
    for chain in names_of(function.__code__).globals:
        yield from _along(namespace, chain)
    for module_name, level, chain in names_of(function.__code__).used_imports:
        package = str(namespace.get("__package__") or "")
        module = sys.modules.get(absolute_name(module_name, level, package))
        if isinstance(module, ModuleType) and is_project(module):
            yield from _along(vars(module), chain)
    for name, value in types_named_in(function.__code__, namespace).items():
        yield Use(namespace, name, value)


def _along(namespace: dict[str, Any], chain: Collection[str]) -> Iterator[Use]:
    for name in chain:
        if name not in namespace or name in PLACES:
            return
        value = namespace[name]
        yield Use(namespace, name, value)
        if not isinstance(value, ModuleType) or not is_project(value):
            return
        namespace = vars(value)


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
    for member in vars(kind).values():
        yield from _functions_in(member)


def _functions_in(member: object) -> Iterator[FunctionType]:
    for name in ("", "__func__", "fget", "fset", "fdel", "func"):
        each = getattr(member, name, None) if name else member
        if isinstance(each, FunctionType):
            yield each


_NO_DATA: Final = (
    FunctionType,
    staticmethod,
    classmethod,
    property,
    MemberDescriptorType,
    ModuleType,
    type,
)


def data_of(kind: type) -> Iterator[tuple[str, Any]]:
    """Attributes of a class that hold values, and methods that were put there later."""
    if issubclass(kind, Enum):
        return
    for name, member in list(vars(kind).items()):
        is_special = name.startswith("__") or name == "_abc_impl"
        is_data = not isinstance(member, _NO_DATA) and not hasattr(member, "__get__")
        if (is_data and not is_special) or _was_put_there(kind, member):
            yield name, member


def _was_put_there(kind: type, member: object) -> bool:
    """True of methods, properties and the like that are not from the body of the class."""
    return any(
        is_project(each)
        and not each.__code__.co_filename.startswith(_GENERATED)
        and not each.__code__.co_qualname.startswith(f"{kind.__qualname__}.")
        for each in _functions_in(member)
    )


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
