"""Names that a function reads only for the annotations of functions inside it.

Python evaluates these annotations when the inner function is made, so its bytecode names
them; but what they mean changes nothing that the function does.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Final

from funsies.core.fingerprint.syntax import Resolve, keeps_annotations

_DEFINED: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


def annotation_only_names(root: ast.AST, resolve: Resolve) -> frozenset[str]:
    r"""Names that stand only in annotations of functions inside a function.

    Args:
        root: the function; its own annotations are evaluated elsewhere.
        resolve: tells which decorators are known not to look at annotations.

    >>> text = "def task():\n    def inner(x: A) -> B: return B(x)\n    return inner"
    >>> sorted(annotation_only_names(ast.parse(text).body[0], ast.unparse))
    ['A']
    """
    in_annotations: set[str] = set()
    elsewhere: set[str] = set()
    skipped: set[int] = set()
    pending: list[ast.AST] = [root]
    while pending:
        node = pending.pop()
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Name):
            elsewhere.add(node.id)
        annotations = list(_annotations(node, resolve))
        skipped.update(map(id, annotations))
        if node is not root:
            in_annotations.update(_names(annotations))
        pending += ast.iter_child_nodes(node)
    return frozenset(in_annotations - elsewhere)


def _annotations(node: ast.AST, resolve: Resolve) -> Iterator[ast.expr]:
    if isinstance(node, _DEFINED) and not keeps_annotations(node, resolve):
        yield from _own_annotations(node)


def _names(annotations: Iterable[ast.expr]) -> Iterator[str]:
    for annotation in annotations:
        for node in ast.walk(annotation):
            if isinstance(node, ast.Name):
                yield node.id


def written_annotations(root: ast.AST) -> tuple[str, ...]:
    r"""Annotations of functions inside a function, in their order.

    >>> text = "def outer() -> int:\n def inner(x: str) -> 'list[int]': ..."
    >>> written_annotations(ast.parse(text).body[0])
    ('str', "'list[int]'")
    """
    inner = (each for each in ast.walk(root) if each is not root and isinstance(each, _DEFINED))
    return tuple(ast.unparse(each) for function in inner for each in _own_annotations(function))


def _own_annotations(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    named = function.args
    each_one = (*named.posonlyargs, *named.args, *named.kwonlyargs, named.vararg, named.kwarg)
    yield from (one.annotation for one in each_one if one and one.annotation is not None)
    if function.returns is not None:
        yield function.returns
