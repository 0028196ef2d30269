"""``@task(ignore=[...])``: names that the code of the task does not use."""

from __future__ import annotations

from collections.abc import Iterator

from mypy.checker import TypeChecker
from mypy.nodes import (
    Argument,
    CallExpr,
    Context,
    Decorator,
    Expression,
    FuncDef,
    Import,
    ImportAll,
    ImportFrom,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
    OverloadedFuncDef,
    RefExpr,
    SymbolNode,
    TypeInfo,
    Var,
)

from funsies_mypy import codes, names
from funsies_mypy.encodable import is_of_project
from funsies_mypy.literals import text_of, texts_of
from funsies_mypy.messages import did_you_mean, fail
from funsies_mypy.walk import uses_of_variables, walk


def check_ignored(api: TypeChecker, where: Context, function: FuncDef) -> None:
    """Report names that count for nothing, since nothing that the task reaches has them."""
    call = _decorator(where)
    if call is None or "ignore" not in call.arg_names or "version" in call.arg_names:
        return
    ignored = call.args[call.arg_names.index("ignore")]
    if (text := text_of(api, ignored)) is not None:
        fail(api, codes.TASK, f'ignore= is a list of names: ignore=["{text}"]', ignored)
        return
    texts = texts_of(api, ignored, api.lookup_type(ignored)) if api.has_type(ignored) else None
    used = _identifiers(api, function) if texts else None
    for text, place in texts or ():
        if used is not None and text.rpartition(".")[2] not in used:
            told = (
                f'ignore= names "{text}", which the code of "{function.name}" does not use'
                f"{did_you_mean(text, used) or '; leave it out'}"
            )
            fail(api, codes.TASK, told, place)


def is_counted(where: Context) -> bool:
    """True of a task that does not say itself what of its code is part of its identity."""
    call = _decorator(where)
    return call is None or not {"ignore", "version", None}.intersection(call.arg_names)


def _decorator(where: Context) -> CallExpr | None:
    """The ``task(...)`` of ``@task(...)``, and of ``task(...)(function)``."""
    calls: list[Expression] = []
    if isinstance(where, Decorator):
        calls = where.original_decorators
    elif isinstance(where, CallExpr):
        calls = [where.callee]
    for call in calls:
        if isinstance(call, CallExpr) and _name(call.callee) == names.TASK_DECORATOR:
            return call
    return None


def _name(expression: Expression) -> str:
    return expression.fullname if isinstance(expression, RefExpr) else ""


def _identifiers(api: TypeChecker, function: FuncDef) -> set[str] | None:
    """All names in what a function reaches; None if that is not all in this file."""
    found: set[str] = set()
    seen: set[int] = set()
    waiting: list[Node] = [function]
    while waiting:
        root = waiting.pop()
        if id(root) in seen:
            continue
        seen.add(id(root))
        for node in walk(root):
            if isinstance(node, (Import, ImportFrom, ImportAll)):
                return None
            if isinstance(node, (FuncDef, NameExpr, MemberExpr)):
                found.add(node.name)
            elif isinstance(node, Argument):
                found.add(node.variable.name)
            if isinstance(node, RefExpr):
                if node.node is None or _is_elsewhere(api, node.node):
                    if not _is_attribute(node):
                        return None
                else:
                    waiting.extend(_definitions(api, node.node))
    return found


def _is_attribute(node: RefExpr) -> bool:
    """True of ``value.name``: what it is decides the type of the value."""
    return isinstance(node, MemberExpr) and node.node is None


def _is_elsewhere(api: TypeChecker, node: SymbolNode) -> bool:
    """True of what other files of the project define."""
    name = node.fullname
    if isinstance(node, Var) and "." not in name:  # a local variable
        return False
    is_here = isinstance(node, MypyFile) is False and name.startswith(f"{api.tree.fullname}.")
    return not is_here and not name.startswith(names.PACKAGE) and is_of_project(api, name)


def _definitions(api: TypeChecker, node: SymbolNode) -> Iterator[Node]:
    match node:
        case FuncDef() | Decorator() | OverloadedFuncDef():
            yield node
        case TypeInfo(defn=definition):
            yield definition
        case Var():
            uses = uses_of_variables(api.tree).get(node)
            yield from uses.given if uses is not None else ()
