"""Artefacts and results that stand where a value is needed, where mypy asks no plugin.

In conditions their truth says nothing, ``in`` and ``case`` never find their value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from mypy.checker import TypeChecker
from mypy.errorcodes import TRUTHY_BOOL
from mypy.nodes import (
    AssertStmt,
    AssignmentExpr,
    ComparisonExpr,
    ConditionalExpr,
    DictExpr,
    DictionaryComprehension,
    Expression,
    GeneratorExpr,
    IfStmt,
    MatchStmt,
    Node,
    OpExpr,
    RefExpr,
    StrExpr,
    TupleExpr,
    TypeInfo,
    UnaryExpr,
    WhileStmt,
)
from mypy.patterns import (
    AsPattern,
    ClassPattern,
    MappingPattern,
    OrPattern,
    Pattern,
    SequencePattern,
    SingletonPattern,
    ValuePattern,
)
from mypy.plugin import AttributeContext
from mypy.types import NoneType, TupleType, Type, get_proper_type
from mypy.typevars import fill_typevars_with_any

from funsies_mypy.advice import advise
from funsies_mypy.arguments import Call, checker
from funsies_mypy.messages import shown
from funsies_mypy.passing import Look, Passed, way_with
from funsies_mypy.pointing import (
    is_never,
    is_pointer,
    report_condition,
    report_pointer,
    report_unequal,
)
from funsies_mypy.types import inside_result, instance, item_type, union_items, unknown

HookT = TypeVar("HookT", bound=Call | AttributeContext)


def watched(hook: Callable[[HookT], Type]) -> Callable[[HookT], Type]:
    """Let a hook also report what stands on the way to what it is about."""

    def check(context: HookT) -> Type:
        advise(checker(context))
        result = hook(context)
        api = checker(context)
        _way(api.tree).go_on(Passed(api, context.context, result))
        return result

    check.__name__, check.__module__ = hook.__name__, hook.__module__
    return check


def _looks_at(node: Node) -> Iterator[tuple[Expression, Look]]:
    yield from _look_at_conditions(node)
    yield from _look_at_membership(node)
    yield from _look_at_match(node)


_way = way_with(_looks_at)


# Artefacts, steps and results as conditions: their values are not there.


def _look_at_conditions(node: Node) -> Iterator[tuple[Expression, Look]]:
    """Conditions right below a node, and what it formats with ``%``."""
    for condition in _conditions(node):
        for expression in _tested(condition):
            yield expression, partial(_look_at_condition, expression, "used as a condition")
    if isinstance(node, OpExpr) and node.op == "%" and isinstance(node.left, StrExpr):
        for expression in _items(node.right):
            yield expression, partial(_look_at_condition, expression, "formatted")


def _look_at_condition(expression: Expression, how: str, passed: Passed) -> None:
    kind = passed.type_here(expression)
    if kind is None:
        return
    if how == "formatted":
        if is_pointer(kind):
            report_pointer(passed.api, kind, expression, how)
    elif not _is_told_by_mypy(passed.api, kind):
        report_condition(passed.api, kind, expression)


def _is_told_by_mypy(api: TypeChecker, kind: Type) -> bool:
    is_enabled = TRUTHY_BOOL in api.options.enabled_error_codes
    return is_enabled and not any(isinstance(item, NoneType) for item in union_items(kind))


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


# ``artefact in (1, 2)``, ``1 in artefacts``: never true.


def _look_at_membership(node: Node) -> Iterator[tuple[Expression, Look]]:
    """Comparisons with ``in``."""
    if isinstance(node, ComparisonExpr):
        pairs = zip(node.operators, node.operands, node.operands[1:], strict=False)
        for operator, item, container in pairs:
            if operator in ("in", "not in"):
                yield item, partial(_look_at_item, item, container)


def _look_at_item(item: Expression, container: Expression, passed: Passed) -> None:
    one, several = passed.type_of(item), passed.type_of(container)
    if one is None or several is None:
        return
    other = item_type(several)
    if other is None:
        return
    if inside_result(one) is None and is_never(passed.api, one, other):
        report_pointer(passed.api, one, item, f"searched for in {shown(passed.api, several)}")
    else:
        report_unequal(passed.api, one, other, item)


# ``match artefact: case 1: ...``: a case that never applies.


def _look_at_match(node: Node) -> Iterator[tuple[Expression, Look]]:
    """The subject of a match statement."""
    if isinstance(node, MatchStmt):
        for pattern in node.patterns:
            yield node.subject, partial(_look_at_subject, node.subject, pattern)


def _look_at_subject(subject: Expression, pattern: Pattern, passed: Passed) -> None:
    kind = passed.type_of(subject)
    if kind is not None:
        _compare(passed, kind, pattern)


def _compare(passed: Passed, kind: Type, pattern: Pattern) -> None:
    if report_unequal(passed.api, kind, _type_of(passed, pattern) or unknown(), pattern):
        return
    for part, below in _parts(kind, pattern):
        _compare(passed, part, below)


def _parts(kind: Type, pattern: Pattern) -> Iterator[tuple[Type, Pattern]]:
    """Patterns below one, and the types of what they are compared with, if they are known."""
    found = get_proper_type(kind)
    match pattern:
        case OrPattern(patterns=patterns):
            yield from ((kind, each) for each in patterns)
        case AsPattern(pattern=Pattern() as inner):
            yield kind, inner
        case SequencePattern(patterns=patterns):
            if isinstance(found, TupleType) and len(found.items) == len(patterns):
                yield from zip(found.items, patterns, strict=True)


def _type_of(passed: Passed, pattern: Pattern) -> Type | None:
    """The type of what a pattern matches; None if it may be anything."""
    match pattern:
        case ValuePattern(expr=value):
            return passed.type_of(value)
        case SingletonPattern(value=bool()):
            return instance(passed.api, "builtins.bool")
        case SequencePattern():
            return instance(passed.api, "builtins.list", unknown())
        case MappingPattern():
            return instance(passed.api, "builtins.dict", unknown(), unknown())
        case ClassPattern(class_ref=RefExpr(node=TypeInfo() as kind)):
            return fill_typevars_with_any(kind)
    return None
