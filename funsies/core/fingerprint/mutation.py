"""Names whose objects a function changes in place: memo dictionaries, registries, counters."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

_CHANGES: Final = frozenset(
    {
        "add",
        "append",
        "appendleft",
        "clear",
        "discard",
        "extend",
        "insert",
        "pop",
        "popitem",
        "remove",
        "reverse",
        "setdefault",
        "sort",
        "update",
    }
)
"""Methods by which lists, dictionaries and sets are changed."""


def changed_names(node: ast.AST) -> frozenset[str]:
    """Names of the objects that a function changes: ``memo[key] = x``, ``seen.add(x)``.

    >>> sorted(changed_names(ast.parse("memo[1] = seen.add(2); box.n += 1; x = 3")))
    ['box', 'memo', 'seen']
    """
    return frozenset(name for each in ast.walk(node) for name in _changed(each))


def _changed(node: ast.AST) -> Iterator[str]:
    if isinstance(node, (ast.Subscript, ast.Attribute)):
        if isinstance(node.value, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.value.id
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        owner = node.func.value
        if isinstance(owner, ast.Name) and node.func.attr in _CHANGES:
            yield owner.id
