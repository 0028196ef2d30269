"""An artefact is a pointer: not to be formatted, made text of, or put into an artefact."""

from __future__ import annotations

from mypy.nodes import CallExpr, Context, Expression, MemberExpr, StrExpr
from mypy.plugin import FunctionContext, MethodContext
from mypy.types import Type

from funsies_mypy import codes
from funsies_mypy.arguments import Call, checker, given_at
from funsies_mypy.encodable import unencodable_value
from funsies_mypy.messages import fail, shown
from funsies_mypy.types import has_artefact, nested_artefact


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


def _check(context: Call, how: str) -> None:
    for index in range(len(context.args)):
        for each in given_at(context, index):
            if has_artefact(each.type):
                _report(context, each.type, each.expression, how)


def _report(context: Call, kind: Type, where: Expression, how: str) -> None:
    api = checker(context)
    text = (
        f"{shown(api, kind)} is a pointer to a value that may not exist yet; it cannot be "
        f"{how}. Pass it to a step as an input, or execute it and use take()"
    )
    fail(api, codes.VALUE, text, where)


def check_put(context: FunctionContext) -> Type:
    """``put(value)``: no artefact, and a value that can be stored."""
    api = checker(context)
    for each in given_at(context, 0):
        if has_artefact(each.type):
            _report(context, each.type, each.expression, "put into an artefact")
        elif nested_artefact(each.type) is not None:
            kind = shown(api, each.type)
            text = f"put() takes {kind}, a container with artefacts inside; use gather()"
            fail(api, codes.VALUE, text, each.expression)
        else:
            problem = unencodable_value(api, each.type)
            if problem is not None:
                fail(api, codes.ENCODING, f"put() takes {problem}", each.expression)
    return context.default_return_type
