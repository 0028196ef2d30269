"""Artefacts, steps and results as conditions: their values are not there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from mypy.checker import TypeChecker
from mypy.errorcodes import TRUTHY_BOOL
from mypy.nodes import (
    AssertStmt,
    AssignmentExpr,
    ConditionalExpr,
    DictExpr,
    DictionaryComprehension,
    Expression,
    GeneratorExpr,
    IfStmt,
    MatchStmt,
    Node,
    OpExpr,
    StrExpr,
    TupleExpr,
    UnaryExpr,
    WhileStmt,
)
from mypy.types import NoneType, Type

from funsies_mypy import codes
from funsies_mypy.messages import fail, shown
from funsies_mypy.passing import Look, Passed
from funsies_mypy.pointing import report_pointer
from funsies_mypy.types import inside_artefact, inside_result, is_shell_output, union_items


def looks_at(node: Node) -> Iterator[tuple[Expression, Look]]:
    """Conditions right below a node, and what it formats with ``%``."""
    for condition in _conditions(node):
        for expression in _tested(condition):
            yield expression, partial(_look, expression, "used as a condition")
    if isinstance(node, OpExpr) and node.op == "%" and isinstance(node.left, StrExpr):
        for expression in _items(node.right):
            yield expression, partial(_look, expression, "formatted")


def _look(expression: Expression, how: str, passed: Passed) -> None:
    kind = passed.type_here(expression)
    if kind is None:
        return
    if how == "formatted":
        if _is_pointer(kind):
            report_pointer(passed.api, kind, expression, how)
    elif not _is_told_by_mypy(passed.api, kind):
        report_condition(passed.api, kind, expression)


def _is_told_by_mypy(api: TypeChecker, kind: Type) -> bool:
    is_enabled = TRUTHY_BOOL in api.options.enabled_error_codes
    return is_enabled and not any(isinstance(item, NoneType) for item in union_items(kind))


def report_condition(api: TypeChecker, kind: Type, where: Expression) -> None:
    """Report what has no truth: artefacts, also if they may be None, and results.

    Args:
        api: the type checker.
        kind: type of the condition.
        where: it stands.
    """
    if _is_pointer(kind):
        report_pointer(api, kind, where, "used as a condition")
    elif inside_result(kind) is not None:
        text = (
            f"{shown(api, kind)} is always true, also if it holds an error; use "
            "isinstance(x, Success), and x.unwrap() for the value"
        )
        fail(api, codes.VALUE, text, where)


def _is_pointer(kind: Type) -> bool:
    """True of artefacts, and of artefacts or None: the latter are for ``is None``."""
    items = [item for item in union_items(kind) if not isinstance(item, NoneType)]
    return bool(items) and all(
        inside_artefact(item) is not None or is_shell_output(item) for item in items
    )


def _conditions(node: Node) -> Sequence[Expression]:
    match node:
        case IfStmt(expr=list(conditions)) | MatchStmt(guards=list(conditions)):
            return [each for each in conditions if each is not None]
        case WhileStmt(expr=condition) | AssertStmt(expr=condition):
            return [condition]
        case ConditionalExpr(cond=condition) | UnaryExpr(op="not", expr=condition):
            return [condition]
        case OpExpr(op="and" | "or", left=condition):
            return [condition]
        case GeneratorExpr(condlists=lists) | DictionaryComprehension(condlists=lists):
            return [condition for conditions in lists for condition in conditions]
    return []


def _tested(condition: Expression) -> Iterator[Expression]:
    """What decides a condition, but for what is a condition by itself."""
    match condition:
        case OpExpr(op="and" | "or", right=right):
            yield from _tested(right)
        case AssignmentExpr(value=value):
            yield value
        case _:
            yield condition


def _items(right: Expression) -> Sequence[Expression]:
    match right:
        case TupleExpr(items=items):
            return items
        case DictExpr(items=pairs):
            return [value for _, value in pairs]
    return [right]
