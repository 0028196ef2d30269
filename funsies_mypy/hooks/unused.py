"""Steps whose results nobody uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    ExpressionStmt,
    MypyFile,
    NameExpr,
    RefExpr,
    Var,
)
from mypy.plugin import FunctionContext
from mypy.types import Type

from funsies_mypy import codes, names
from funsies_mypy.arguments import Call, callee_name, checker
from funsies_mypy.bindings import uses_of_variables
from funsies_mypy.lost import (
    lost_in_collections,
    lost_values,
    never_read,
    overwritten_values,
)
from funsies_mypy.messages import fail
from funsies_mypy.walk import nodes_of, once_a_file, parents_of

from .keywords import only_keywords

CallT = TypeVar("CallT", bound=Call)

_READING_BY_NAME: Final = frozenset(
    f"builtins.{name}" for name in ("locals", "vars", "eval", "exec")
)
_LOST: Final = "is not used: the step is never run; execute it, or leave it out"
_OVERWRITTEN: Final = (
    "is overwritten by the next round of the loop, and only that of the last is used; collect "
    "them in a list"
)


def used(hook: Callable[[CallT], Type]) -> Callable[[CallT], Type]:
    """Let a hook also report the call if nothing uses its result."""

    def check(context: CallT) -> Type:
        problem = _lost_calls(checker(context).tree).get(id(context.context))
        if problem is not None:
            name = callee_name(context.context, "the call")
            text = f'The result of "{name}" {problem}'
            fail(checker(context), codes.UNUSED, text, context.context)
        return hook(context)

    check.__name__, check.__module__ = hook.__name__, hook.__module__
    return check


def check_fun(context: FunctionContext) -> Type:
    """``Fun(...)`` without ``with``: no server is used before the block is entered."""
    call, tree = context.context, checker(context).tree
    if isinstance(call, CallExpr) and _is_never_entered(tree, call):
        name = callee_name(call, "Fun")
        text = f'"{name}(...)" does nothing by itself: write `with {name}(...):` over a block'
        fail(checker(context), codes.UNUSED, text, call)
    return only_keywords(context)


def _is_never_entered(tree: MypyFile, call: CallExpr) -> bool:
    match parents_of(tree).get(id(call)):
        case ExpressionStmt():
            return True
        case AssignmentStmt(lvalues=[NameExpr(node=Var() as name)], rvalue=value):
            is_here = value is call and not name.info and executes(tree)
            return is_here and not uses_of_variables(tree)[name].read
    return False


def executes(tree: MypyFile) -> bool:
    """True of a file that executes something itself."""
    return _calls(tree, names.EXECUTE)


def _calls(tree: MypyFile, wanted: frozenset[str]) -> bool:
    return any(
        isinstance(node, CallExpr)
        and isinstance(node.callee, RefExpr)
        and node.callee.fullname in wanted
        for node in nodes_of(tree)
    )


@once_a_file
def _lost_calls(tree: MypyFile) -> dict[int, str]:
    """Calls whose results are lost, where nothing executes what they add, and how they are.

    ``funsies run`` executes all final results of a script that executes nothing itself. So in
    a file that opens a ``Fun()`` and executes nothing, nothing is lost; nor at the top of a
    file that does neither, which others may import.
    """
    is_lost = executes(tree)
    if not is_lost and _calls(tree, names.FUN):
        return {}
    if _calls(tree, _READING_BY_NAME):
        return {id(value): _LOST for value in lost_values(tree, frozenset(), is_lost=is_lost)}
    lost = [*lost_values(tree, never_read(tree), is_lost=is_lost), *lost_in_collections(tree)]
    found = {id(value): _OVERWRITTEN for value in overwritten_values(tree, executes=is_lost)}
    return found | {id(value): _LOST for value in lost}
