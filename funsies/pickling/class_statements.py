"""Finding the statement of a class of a script, and what has to be there when it runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from types import FunctionType, ModuleType
from typing import Any, Final, NamedTuple, get_args

from funsies.core.fingerprint.bytecode import names_of
from funsies.core.fingerprint.project import is_project
from funsies.core.fingerprint.source import Source
from funsies.core.fingerprint.source_lookup import class_sources, own_functions
from funsies.core.parsing import module_statements

_DEEPEST: Final = 3
"""So many levels of a container are looked at for classes."""


class ClassStatement(NamedTuple):
    """Where a class was made.

    Attributes:
        source: the text.
        file_name: its name.
        position: of the statement among those of the text.
        needed: (name, value) of the globals that running it reads.
    """

    source: Source
    file_name: str
    position: int
    needed: tuple[tuple[str, Any], ...]


def statement_of(kind: type, module: ModuleType) -> ClassStatement | None:
    """Find the statement that makes a class of a script once more.

    None if there is no text, if the class was made inside a function or a loop, or if a
    decorator put something else in its place.
    """
    variables = vars(module)
    for file_name, source in class_sources(kind):
        position = source.class_position(
            kind.__qualname__, [f.__code__ for f in own_functions(kind)]
        )
        if position is None:
            continue
        node = module_statements(source.tree)[position]
        if not isinstance(node, ast.ClassDef):
            return None
        if node.decorator_list and variables.get(kind.__qualname__) is not kind:
            return None
        older = {base.__name__: base for base in kind.__bases__}.get(kind.__name__)
        replaced = () if older is None else ((kind.__name__, older),)
        needed = (*_needed(node, position, source, variables), *replaced)
        return ClassStatement(source, file_name, position, needed)
    return None


def _needed(
    node: ast.ClassDef, position: int, source: Source, variables: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    """What the statement reads, and what the functions that it may call read."""
    later = {
        each.name
        for each in module_statements(source.tree)[position:]
        if isinstance(each, ast.ClassDef)
    }
    pending, seen = sorted(_names_read(node)), set(later)
    while pending:
        name = pending.pop()
        if name in seen or name not in variables:
            continue
        seen.add(name)
        value = variables[name]
        if any(kind.__qualname__ in later for kind in _classes_in(value)):
            continue  # an alias that postponed annotations name: nothing reads it here
        if isinstance(value, FunctionType) and value.__globals__ is variables:
            pending += sorted(chain[0] for chain in names_of(value.__code__).globals)
        yield name, type(value)() if _refers_to_classes(value) else value


def _classes_in(alias: object) -> Iterator[type]:
    """The classes in ``Leaf | Branch`` or ``list[Leaf]``; none in what is no such alias."""
    for part in get_args(alias):
        if isinstance(part, type) and not get_args(part):
            yield part
        yield from _classes_in(part)


def _names_read(node: ast.AST) -> Iterator[str]:
    """Names that are read when the statement runs: not those inside of its functions."""
    pending: list[ast.AST] = [node]
    while pending:
        each = pending.pop()
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load):
            yield each.id
        for name, field in ast.iter_fields(each):
            if name == "body" and isinstance(
                each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
            ):
                continue
            items = field if isinstance(field, list) else [field]
            pending += [item for item in items if isinstance(item, ast.AST)]


def _refers_to_classes(value: object, depth: int = 0) -> bool:
    """True of a container that holds classes of the program: a registry, filled later.

    What it holds may be the very class that is being made; it begins empty, and has its
    content again before the step runs.
    """
    if type(value) not in (dict, list, set) or depth > _DEEPEST:
        return False
    items = [*value, *value.values()] if isinstance(value, dict) else list(value)  # type: ignore[call-overload]  # one of the three
    return any(
        is_project(item if isinstance(item, (type, ModuleType)) else type(item))
        or _refers_to_classes(item, depth + 1)
        for item in items
    )
