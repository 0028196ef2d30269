"""Steps whose results nobody uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from mypy.nodes import (
    LDEF,
    AssignmentStmt,
    CallExpr,
    Context,
    Expression,
    ExpressionStmt,
    FuncDef,
    MypyFile,
    NameExpr,
    Node,
    RefExpr,
    Var,
)
from mypy.types import Type

from funsies_mypy import codes, names
from funsies_mypy.arguments import Call, callee_name, checker
from funsies_mypy.bindings import uses_of_variables
from funsies_mypy.messages import fail
from funsies_mypy.walk import children, nodes_of, once_a_file

CallT = TypeVar("CallT", bound=Call)

_READING_BY_NAME: Final = frozenset(
    f"builtins.{name}" for name in ("locals", "vars", "eval", "exec")
)


def used(hook: Callable[[CallT], Type]) -> Callable[[CallT], Type]:
    """Let a hook also report the call if nothing uses its result."""

    def check(context: CallT) -> Type:
        if id(context.context) in _lost_calls(checker(context).tree):
            _report(context)
        return hook(context)

    check.__name__, check.__module__ = hook.__name__, hook.__module__
    return check


def _report(context: Call) -> None:
    name = callee_name(context.context, "the call")
    text = (
        f'The result of "{name}" is not used: the step is never run; execute it, or leave '
        "it out"
    )
    fail(checker(context), codes.UNUSED, text, context.context)


@once_a_file
def _lost_calls(tree: MypyFile) -> frozenset[int]:
    """Calls whose results are lost, where nothing executes what they add.

    ``funsies run`` executes all final results of a script that executes nothing itself. So in
    a file that opens a ``Fun()`` and executes nothing, nothing is lost; nor at the top of a
    file that does neither, which others may import.
    """
    calls = [node for node in nodes_of(tree) if isinstance(node, CallExpr)]
    executes = any(_is_call_of(call, names.EXECUTE) for call in calls)
    if not executes and any(_is_call_of(call, names.FUN) for call in calls):
        return frozenset()
    reads_by_name = any(_is_call_of(call, _READING_BY_NAME) for call in calls)
    never_read = frozenset() if reads_by_name else _never_read(tree)
    return frozenset(map(id, _lost(tree, never_read, is_lost=executes)))


def _never_read(tree: MypyFile) -> frozenset[Var]:
    """Variables that a file binds, and does not use."""
    variables = uses_of_variables(tree).items()
    return frozenset(variable for variable, uses in variables if not uses.read)


def _lost(node: Node, never_read: frozenset[Var], *, is_lost: bool) -> Iterator[Context]:
    """Expressions whose values are lost: statements, and what is assigned to local names."""
    match node:
        case ExpressionStmt(expr=value):
            if is_lost:
                yield value
        case AssignmentStmt(lvalues=[NameExpr(kind=kind, node=Var() as name)], rvalue=value):
            if is_lost and kind == LDEF and name in never_read and name.name[0] != "_":
                yield value
        case Expression():
            pass
        case _:
            for below in _flat(children(node)):
                yield from _lost(
                    below, never_read, is_lost=is_lost or isinstance(node, FuncDef)
                )


def _flat(nodes: object) -> Iterator[Node]:
    if isinstance(nodes, (list, tuple)):
        for each in nodes:
            yield from _flat(each)
    elif isinstance(nodes, Node):
        yield nodes


def _is_call_of(call: CallExpr, wanted: frozenset[str]) -> bool:
    return isinstance(call.callee, RefExpr) and call.callee.fullname in wanted
