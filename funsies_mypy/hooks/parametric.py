"""``recall``: the inputs of a workflow that is committed in the same file."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import cast

from mypy.checker import TypeChecker
from mypy.nodes import CallExpr, Expression, MypyFile, RefExpr
from mypy.plugin import FunctionContext
from mypy.types import Type

from funsies_mypy import codes, names
from funsies_mypy.arguments import checker, given
from funsies_mypy.literals import all_keys_of, keys_of, text_of
from funsies_mypy.messages import did_you_mean, fail, quoted
from funsies_mypy.walk import walk


def check_recall(context: FunctionContext) -> Type:
    """Report inputs that the workflow of that name does not have."""
    api = checker(context)
    name, inputs = given(context, "name_or_hash"), given(context, "inp")
    text = None if name is None else text_of(api, name.expression)
    if text is None or inputs is None:
        return context.default_return_type
    known = _inputs_of(api, text)
    for key, where in keys_of(api, inputs.expression) if known is not None else ():
        if known is not None and key not in known:
            told = (
                f'"{text}" has no input "{key}" (commit() names {quoted(known)})'
                f"{did_you_mean(key, known)}"
            )
            fail(api, codes.PARAMETRIC, told, where)
    return context.default_return_type


def _inputs_of(api: TypeChecker, name: str) -> list[str] | None:
    """Inputs of a committed workflow; None if this file does not spell them out."""
    found: list[str] = []
    commits = [call for call in _commits(api.tree) if _is_named(api, call, name)]
    for call in commits:
        keys = all_keys_of(api, _argument(call, "inp", 1))
        if keys is None:
            return None
        found.extend(key for key, _ in keys)
    return list(dict.fromkeys(found)) if commits else None


def _is_named(api: TypeChecker, call: CallExpr, name: str) -> bool:
    expression = _argument(call, "name", 0)
    return expression is not None and text_of(api, expression) == name


def _argument(call: CallExpr, name: str, position: int) -> Expression | None:
    if name in call.arg_names:
        return call.args[call.arg_names.index(name)]
    is_there = position < len(call.args) and call.arg_names[position] is None
    return call.args[position] if is_there else None


@lru_cache(maxsize=1)
def _commits(tree: MypyFile) -> tuple[CallExpr, ...]:
    return tuple(_find_commits(tree))


def _find_commits(tree: MypyFile) -> Iterator[CallExpr]:
    for node in walk(tree):
        callee = node.callee if isinstance(node, CallExpr) else None
        if isinstance(callee, RefExpr) and callee.fullname == names.COMMIT:
            yield cast(CallExpr, node)
