"""``register_codec``: a class of the user's that can be stored."""

from __future__ import annotations

from mypy.nodes import CallExpr, RefExpr, TypeInfo
from mypy.plugin import FunctionContext
from mypy.types import Type

from funsies_mypy.arguments import checker, given_at
from funsies_mypy.codecs import mark_codec


def check_register_codec(context: FunctionContext) -> Type:
    """Remember that the class has a codec, for the modules that import it."""
    if isinstance(context.context, CallExpr):
        _mark(context, context.context)
    return context.default_return_type


def _mark(context: FunctionContext, call: CallExpr) -> None:
    for index in range(len(context.args)):
        for each in given_at(context, index):
            if isinstance(each.expression, RefExpr) and isinstance(
                each.expression.node, TypeInfo
            ):
                mark_codec(checker(context), each.expression.node, call)
