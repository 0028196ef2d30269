"""Parsing Python, also while other threads do."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Final, TypeVar

Tree = TypeVar("Tree", bound=ast.AST)

_ATTEMPTS: Final = 50


def parse_module(text: str) -> ast.Module:
    """Parse the text of a module; raises what :func:`ast.parse` raises."""
    return _repeated(lambda: ast.parse(text))


def module_statements(tree: ast.Module) -> list[ast.stmt]:
    r"""The statements of a module, and those inside of conditions, attempts and ``with``.

    >>> [ast.unparse(each) for each in module_statements(ast.parse("if a:\n  b"))][1:]
    ['b']
    """
    found: list[ast.stmt] = []
    pending = [*reversed(tree.body)]
    while pending:
        statement = pending.pop()
        found.append(statement)
        if isinstance(statement, _TRANSPARENT):
            pending += reversed(blocks_of(statement))
    return found


_TRANSPARENT: Final = (ast.If, ast.Try, ast.TryStar, ast.With, ast.Match)


def blocks_of(statement: ast.stmt) -> list[ast.stmt]:
    """The statements inside a statement."""
    parts = [statement, *getattr(statement, "handlers", ()), *getattr(statement, "cases", ())]
    names = ("body", "orelse", "finalbody")
    return [each for part in parts for name in names for each in getattr(part, name, ())]


def parse_expression(text: str) -> ast.expr:
    """Parse an expression; raises what :func:`ast.parse` raises.

    >>> ast.unparse(parse_expression("list[int]"))
    'list[int]'
    """
    return _repeated(lambda: ast.parse(text, mode="eval")).body


def _repeated(parse: Callable[[], Tree]) -> Tree:
    for _ in range(_ATTEMPTS):
        try:
            return parse()
        except SystemError as problem:
            _raise_unless_miscounted(problem)
    return parse()


def _raise_unless_miscounted(problem: SystemError) -> None:
    """Let a fault of older CPython 3.11 and 3.12 by.

    Threads that parse at the same time share a counter there, which ends wrong now and then;
    the tree of another attempt is right (https://github.com/python/cpython/issues/106905).
    """
    if "recursion depth mismatch" not in str(problem):
        raise problem
