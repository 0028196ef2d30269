"""Parsing Python, also while other threads do."""

from __future__ import annotations

import ast
from typing import Final

_ATTEMPTS: Final = 50


def parse_module(text: str) -> ast.Module:
    """Parse the text of a module; raises what :func:`ast.parse` raises."""
    for _ in range(_ATTEMPTS):
        try:
            return ast.parse(text)
        except SystemError as problem:
            _raise_unless_miscounted(problem)
    return ast.parse(text)


def parse_expression(text: str) -> ast.expr:
    """Parse an expression; raises what :func:`ast.parse` raises.

    >>> ast.unparse(parse_expression("list[int]"))
    'list[int]'
    """
    for _ in range(_ATTEMPTS):
        try:
            return ast.parse(text, mode="eval").body
        except SystemError as problem:
            _raise_unless_miscounted(problem)
    return ast.parse(text, mode="eval").body


def _raise_unless_miscounted(problem: SystemError) -> None:
    """Let a fault of older CPython 3.11 and 3.12 by.

    Threads that parse at the same time share a counter there, which ends wrong now and then;
    the tree of another attempt is right (https://github.com/python/cpython/issues/106905).
    """
    if "recursion depth mismatch" not in str(problem):
        raise problem
