"""Names that a module imports for type checkers alone: ``if TYPE_CHECKING: import ...``.

An annotation may mean one. Python has no value for it while the program runs, but what it
means is known all the same: the import is done when somebody asks.
"""

from __future__ import annotations

import ast
import linecache
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

from .parsing import parse_module

T = TypeVar("T")

_OF_MODULE: Final = ("__name__", "__package__", "__spec__")
"""What relative imports go by."""


def with_checked_names(
    read: Callable[[Mapping[str, object]], T], namespace: Mapping[str, Any]
) -> T:
    """Read annotations, and import what they name and only type checkers see.

    Args:
        read: reads them, with more names.
        namespace: the module's variables.

    Raises:
        NameError: if a name means nothing, or its import fails.
    """
    found: dict[str, object] = {}
    while True:
        try:
            return read(found)
        except NameError as problem:
            name = problem.name
            if not name or name in found:
                raise
            found[name] = _imported(name, namespace, problem)


def _imported(name: str, namespace: Mapping[str, Any], problem: NameError) -> object:
    variables = {each: namespace.get(each) for each in _OF_MODULE}
    for statement in _imports_of(name, namespace):
        try:
            code = compile(ast.Module([statement], []), "<annotation>", "exec")
            exec(code, variables)  # noqa: S102 - an import statement of the program
        except Exception as failure:
            raise NameError(f"{problem}, for its import failed: {failure}") from failure
        return variables[name]
    raise problem


def _imports_of(name: str, namespace: Mapping[str, Any]) -> Iterator[ast.stmt]:
    """The import that gives a name to type checkers, if there is one."""
    for block in _blocks_for_checkers(_text_of(namespace)):
        for statement in block.body:
            if not isinstance(statement, (ast.Import, ast.ImportFrom)):
                continue
            for alias in statement.names:
                if (alias.asname or alias.name.partition(".")[0]) == name:
                    yield _alone(statement, alias)


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
