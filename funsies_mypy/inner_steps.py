"""Steps that a function adds in its own body: where it returns a value, they are never run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from mypy.checker import TypeChecker
from mypy.nodes import (
    CallExpr,
    Decorator,
    Expression,
    FuncDef,
    LambdaExpr,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
    RefExpr,
    Var,
    WithStmt,
)
from mypy.types import CallableType

from . import codes, names
from .callables import is_task
from .messages import fail
from .types import has_artefact
from .walk import once_a_file, walk

_NO_FUN: Final = frozenset({"builtins.open", "contextlib.suppress"})
"""Of ``with``: certainly no ``Fun``."""

Named: TypeAlias = NameExpr | MemberExpr

_CONTINUE: Final = 'or let a function for "bind" or "sac" return the artefact'


def check_steps_inside(
    api: TypeChecker, function: FuncDef | LambdaExpr, name: str, *, builds: bool
) -> None:
    """Report what a function builds or asks for, where nothing is built, or nobody answers.

    Args:
        api: the type checker.
        function: of a step.
        name: of the function.
        builds: True if the step may add steps, because its function returns an artefact.
    """
    builds = builds or _returns_artefact(function)
    for used in _used_in(api.tree, function):
        text = _asking(used) or (None if builds else _building(used))
        if text is not None:
            fail(api, codes.DYNAMIC, text.format(name), used)


def _returns_artefact(function: FuncDef | LambdaExpr) -> bool:
    """True of what says so: whether it may stand there is said elsewhere."""
    kind = function.type
    return isinstance(kind, CallableType) and has_artefact(kind.ret_type)


def _asking(used: Named) -> str | None:
    if used.fullname not in names.ASKING:
        return None
    return (
        f'"{{}}" calls "{used.name}", which does not work inside of a step: nothing that is '
        f"built there is computed before it ends; give it what it needs, {_CONTINUE}"
    )


def _building(used: Named) -> str | None:
    where = "inside of a step that returns a value, where no steps are added"
    if used.fullname in names.BUILDING:
        return (
            f'"{{}}" calls "{used.name}" {where}; call functions themselves, of a task its '
            f'".fn", {_CONTINUE}'
        )
    if _is_task(used.node):
        return (
            f'"{{}}" calls the task "{used.name}" {where}; call its function, '
            f'"{used.name}.fn(...)", {_CONTINUE}'
        )
    return None


def _is_task(node: object) -> bool:
    match node:
        case Decorator(original_decorators=decorators):
            return any(map(_makes_tasks, decorators))
        case Var(type=kind) if kind is not None:
            return is_task(kind)
        case _:
            return False


def _makes_tasks(decorator: Expression) -> bool:
    called = decorator.callee if isinstance(decorator, CallExpr) else decorator
    return isinstance(called, RefExpr) and called.fullname == names.TASK_DECORATOR


def _used_in(tree: MypyFile, function: FuncDef | LambdaExpr) -> Sequence[Named]:
    """Look at each function once, however many steps of a file it is for."""
    seen = _seen(tree)
    if id(function) not in seen:
        seen[id(function)] = (function, list(_used(function)))
    return seen[id(function)][1]


@once_a_file
def _seen(_tree: MypyFile) -> dict[int, tuple[Node, Sequence[Named]]]:
    return {}


def _used(function: FuncDef | LambdaExpr) -> Iterator[Named]:
    """Names that are used as they are, not for an attribute of theirs."""
    nodes = list(walk(function))
    apart = {id(node.expr) for node in nodes if isinstance(node, MemberExpr)}
    apart |= {id(each) for node in nodes for each in _in_fun(node)}
    for node in nodes:
        if isinstance(node, (NameExpr, MemberExpr)) and id(node) not in apart:
            yield node


def _in_fun(node: Node) -> Iterator[Node]:
    """What is inside of a ``with`` block that may open a ``Fun`` of its own."""
    if isinstance(node, WithStmt) and not all(map(_opens_no_fun, node.expr)):
        yield from walk(node)


def _opens_no_fun(expression: Expression) -> bool:
    called = expression.callee if isinstance(expression, CallExpr) else expression
    return isinstance(called, RefExpr) and called.fullname in _NO_FUN
