"""Names that a function reads only for the annotations of functions inside it.

Python evaluates these annotations when the inner function is made, so its bytecode names
them; but what they mean changes nothing that the function does.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from funsies.core.fingerprint.syntax import Resolve, keeps_annotations


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
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return
    if keeps_annotations(node, resolve):
        return
    if node.returns is not None:
        yield node.returns
    arguments = node.args
    for each in (
        *(*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs),
        *(arguments.vararg, arguments.kwarg),
    ):
        if each is not None and each.annotation is not None:
            yield each.annotation


def _names(annotations: Iterable[ast.expr]) -> Iterator[str]:
    for annotation in annotations:
        for node in ast.walk(annotation):
            if isinstance(node, ast.Name):
                yield node.id
