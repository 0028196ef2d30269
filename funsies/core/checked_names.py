"""Names that a module gives to type checkers alone: ``if TYPE_CHECKING: import ...``.

An annotation may mean one. Python has no value for it while the program runs, but what it
means is known all the same: the import, or the alias that is defined there, is done when
somebody asks.
"""

from __future__ import annotations

import ast
import functools
import linecache
from collections.abc import Callable, Iterator, Mapping
from types import CodeType
from typing import Any, TypeVar

from .parsing import parse_module

T = TypeVar("T")


def with_checked_names(
    read: Callable[[Mapping[str, object]], T], namespace: Mapping[str, Any]
) -> T:
    """Read annotations, and find what they name and only type checkers see.

    Args:
        read: reads them, with more names.
        namespace: the module's variables.

    Raises:
        NameError: if a name means nothing, or the statement that gives it fails.
    """
    found: dict[str, object] = {}
    while True:
        try:
            return read(found)
        except NameError as problem:
            name = problem.name
            if not name or name in found:
                raise
            found[name] = _given(name, namespace, problem)


def _given(name: str, namespace: Mapping[str, Any], problem: NameError) -> object:
    """What a name is that stands in a block for type checkers: imported, or defined there."""
    for statement in _statements_for(name, namespace):
        code = compile(ast.Module([statement], []), "<annotation>", "exec")
        try:
            return with_checked_names(functools.partial(_run, code, name, namespace), namespace)
        except Exception as failure:
            raise NameError(f"{problem}, for its import failed: {failure}") from failure
    raise problem


def _run(
    code: CodeType, name: str, namespace: Mapping[str, Any], checked: Mapping[str, object]
) -> object:
    variables = {**namespace, **checked}
    exec(code, variables)  # noqa: S102 - a statement of the program
    return variables[name]


def _statements_for(name: str, namespace: Mapping[str, Any]) -> Iterator[ast.stmt]:
    """The statement that gives a name to type checkers, if there is one."""
    for block in _blocks_for_checkers(_text_of(namespace)):
        for statement in block.body:
            if isinstance(statement, (ast.Import, ast.ImportFrom)):
                yield from _import_of(name, statement)
            elif name in _defined(statement):
                yield statement


def _import_of(name: str, statement: ast.Import | ast.ImportFrom) -> Iterator[ast.stmt]:
    for alias in statement.names:
        if (alias.asname or alias.name.partition(".")[0]) == name:
            yield _alone(statement, alias)


def _defined(statement: ast.stmt) -> list[str]:
    """Names of aliases, new types and classes that a statement defines."""
    if isinstance(statement, ast.Assign):
        return [target.id for target in statement.targets if isinstance(target, ast.Name)]
    named = getattr(statement, "target", getattr(statement, "name", None))
    return [getattr(named, "id", named if isinstance(named, str) else "")]


def _alone(statement: ast.Import | ast.ImportFrom, alias: ast.alias) -> ast.stmt:
    """The part of an import statement that gives one name."""
    alone: ast.stmt = (
        ast.Import([alias])
        if isinstance(statement, ast.Import)
        else ast.ImportFrom(statement.module, [alias], statement.level)
    )
    return ast.copy_location(alone, statement)


def _text_of(namespace: Mapping[str, Any]) -> str:
    file = namespace.get("__file__")
    if not isinstance(file, str):
        return ""
    return "".join(linecache.getlines(file, dict(namespace)))


def _blocks_for_checkers(text: str) -> Iterator[ast.If]:
    try:
        tree = parse_module(text)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and _is_for_checkers(node.test):
            yield node


def _is_for_checkers(test: ast.expr) -> bool:
    """True of ``TYPE_CHECKING`` and ``typing.TYPE_CHECKING``."""
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"
