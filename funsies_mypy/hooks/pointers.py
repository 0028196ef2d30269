"""An artefact is a pointer: not to be formatted, compared, or put into an artefact."""

from __future__ import annotations

from collections.abc import Iterator

from mypy.checker import TypeChecker
from mypy.checkexpr import has_any_type
from mypy.nodes import (
    CallExpr,
    Context,
    DictExpr,
    Expression,
    GeneratorExpr,
    ListExpr,
    MemberExpr,
    StrExpr,
    TupleExpr,
)
from mypy.plugin import FunctionContext, MethodContext
from mypy.types import NoneType, Type, get_proper_type

from funsies_mypy import codes
from funsies_mypy.arguments import Call, argument_types, checker, given_at
from funsies_mypy.encodable import unencodable_value
from funsies_mypy.messages import fail, shown
from funsies_mypy.passing import known_type
from funsies_mypy.pointing import report_condition, report_pointer, report_unequal
from funsies_mypy.step import Given
from funsies_mypy.types import has_artefact, item_type, nested_artefact


def check_format(context: MethodContext) -> Type:
    """``f"{artefact}"`` and ``"{}".format(artefact)``."""
    if not _shows_repr(context.context):
        _check(context, "formatted")
    return context.default_return_type


def _shows_repr(call: Context) -> bool:
    """True of ``f"{artefact!r}"``, which is right: it shows the pointer."""
    callee = call.callee if isinstance(call, CallExpr) else None
    text = callee.expr if isinstance(callee, MemberExpr) else None
    return isinstance(text, StrExpr) and "!r" in text.value


def check_text(context: FunctionContext) -> Type:
    """``str(artefact)``."""
    _check(context, "made text of")
    return context.default_return_type


def check_condition(context: FunctionContext) -> Type:
    """``bool(artefact)``."""
    for each in given_at(context, 0):
        report_condition(checker(context), each.type, each.expression)
    return context.default_return_type


def check_conditions(context: FunctionContext) -> Type:
    """``any(artefacts)``, ``all(artefacts)``."""
    _check_items(context, 0)
    return context.default_return_type


def check_filter(context: FunctionContext) -> Type:
    """``filter(None, artefacts)``."""
    function = given_at(context, 0)
    if function and isinstance(get_proper_type(function[0].type), NoneType):
        _check_items(context, 1)
    return context.default_return_type


def _check_items(context: FunctionContext, index: int) -> None:
    api = checker(context)
    for each in given_at(context, index):
        item = item_type(each.type)
        if isinstance(each.expression, GeneratorExpr):  # whose items are objects to mypy here
            item = known_type(api, each.expression.left_expr)
        if item is not None:
            report_condition(api, item, each.expression)


def check_comparison(context: MethodContext) -> Type:
    """``artefact == 1``, ``1 == artefact``, ``artefacts == [1]``, and results likewise."""
    for other in argument_types(context):
        report_unequal(checker(context), context.type, other, context.context)
    return context.default_return_type


def check_json(context: FunctionContext) -> Type:
    """``json.dumps(artefact)``, and artefacts inside of what is dumped."""
    api = checker(context)
    for each in given_at(context, 0):
        for part in _parts(each.expression):
            kind = known_type(api, part)
            if kind is not None and (has_artefact(kind) or nested_artefact(kind) is not None):
                report_pointer(api, kind, part, "written as JSON")
    return context.default_return_type


def _parts(expression: Expression) -> Iterator[Expression]:
    """What stands in the displays of an expression; itself, if it is none."""
    match expression:
        case DictExpr(items=pairs):
            for _, value in pairs:
                yield from _parts(value)
        case ListExpr(items=items) | TupleExpr(items=items):
            for item in items:
                yield from _parts(item)
        case _:
            yield expression


def _check(context: Call, how: str) -> None:
    for index in range(len(context.args)):
        for each in given_at(context, index):
            if has_artefact(each.type):
                report_pointer(checker(context), each.type, each.expression, how)


def check_put(context: FunctionContext) -> Type:
    """``put(value)``: no artefact, and a value that can be stored, if ``as_type`` is silent."""
    api, is_told = checker(context), any(context.args[1:])
    for each in given_at(context, 0):
        if has_artefact(each.type):
            report_pointer(api, each.type, each.expression, "put into an artefact")
        elif nested_artefact(_own_type(api, each)) is not None:
            kind = shown(api, _own_type(api, each))
            text = f"put() takes {kind}, a container with artefacts inside; use gather()"
            fail(api, codes.VALUE, text, each.expression)
        elif not is_told:
            problem = unencodable_value(api, _own_type(api, each))
            if problem is not None:
                fail(api, codes.ENCODING, f"put() takes {problem}", each.expression)
    return context.default_return_type


def _own_type(api: TypeChecker, given: Given) -> Type:
    """The type of an argument by itself: what takes any artefact makes Any of it."""
    if not has_any_type(given.type):
        return given.type
    with api.msg.filter_errors():
        return api.expr_checker.accept(given.expression)
