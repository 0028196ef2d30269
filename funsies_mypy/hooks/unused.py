"""Steps whose results nobody uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar

from mypy.nodes import (
    CallExpr,
    Context,
    Expression,
    ExpressionStmt,
    FuncDef,
    MypyFile,
    Node,
    RefExpr,
    WithStmt,
)
from mypy.types import Type

from funsies_mypy import codes, names
from funsies_mypy.arguments import Call, callee_name, checker
from funsies_mypy.messages import fail
from funsies_mypy.walk import children, walk

CallT = TypeVar("CallT", bound=Call)


def used(hook: Callable[[CallT], Type]) -> Callable[[CallT], Type]:
    """Let a hook also report the call if it stands alone, as a statement."""

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


@lru_cache(maxsize=1)
def _lost_calls(tree: MypyFile) -> frozenset[int]:
    """Calls that are statements, where nothing executes what they add.

    ``funsies run`` executes all final results of a script that executes nothing itself. So at
    the top of such a script, and in its ``with Fun()``, a call that stands alone is right.
    """
    executes = any(_is_call_of(node, names.EXECUTE) for node in walk(tree))
    return frozenset(map(id, _statements(tree, Place(is_lost=executes, executes=executes))))


@dataclass(frozen=True)
class Place:
    """Where a statement stands.

    Attributes:
        is_lost: whether nothing runs a step that is added by a statement here.
        executes: whether the file executes something itself.
    """

    is_lost: bool
    executes: bool

    def below(self, node: Node) -> Place:
        """The place of the statements in a block."""
        if isinstance(node, FuncDef):
            return replace(self, is_lost=True)
        if isinstance(node, WithStmt) and any(
            _is_call_of(each, names.FUN) for each in node.expr
        ):
            return replace(self, is_lost=self.executes)
        return self


def _statements(node: Node, place: Place) -> Iterator[Context]:
    """Expressions that are statements and whose results are lost."""
    if isinstance(node, ExpressionStmt):
        if place.is_lost:
            yield node.expr
    elif not isinstance(node, Expression):
        for below in _flat(children(node)):
            yield from _statements(below, place.below(node))


def _flat(nodes: object) -> Iterator[Node]:
    if isinstance(nodes, (list, tuple)):
        for each in nodes:
            yield from _flat(each)
    elif isinstance(nodes, Node):
        yield nodes


def _is_call_of(node: Node, wanted: frozenset[str]) -> bool:
    return (
        isinstance(node, CallExpr)
        and isinstance(node.callee, RefExpr)
        and node.callee.fullname in wanted
    )
