"""Lambdas get the types of the inputs as the types of their parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mypy.checker import TypeChecker
from mypy.nodes import (
    ARG_NAMED,
    ARG_NAMED_OPT,
    ARG_POS,
    ARG_STAR,
    ARG_STAR2,
    ArgKind,
    Expression,
    LambdaExpr,
)
from mypy.typeops import make_simplified_union
from mypy.types import AnyType, CallableType, ErasedType, Type, TypeOfAny

from .types import result_of, unknown


def lambda_type(
    api: TypeChecker,
    expression: LambdaExpr,
    values: Sequence[Type],
    kinds: Sequence[ArgKind],
    *,
    strict: bool | None,
) -> Type:
    """Infer the type of a lambda that is called with some values.

    Args:
        api: the type checker.
        expression: the lambda.
        values: types of the values.
        kinds: how they are given.
        strict: False if it gets results in their place.
    """
    if any(kind != ARG_POS for kind in kinds):
        values = []  # how many there are is not known
    elif strict is False:
        values = [result_of(api, value) for value in values]
    types = list(_parameter_types(api, expression, values))
    context = CallableType(
        types,
        list(expression.arg_kinds),
        list(expression.arg_names),
        ErasedType(),
        api.named_type("builtins.function"),
    )
    return api.expr_checker.accept(expression, type_context=context)


def _parameter_types(
    api: TypeChecker, expression: LambdaExpr, values: Sequence[Type]
) -> Iterator[Type]:
    left = list(values)
    for argument in expression.arguments:
        if argument.kind == ARG_STAR:
            yield make_simplified_union(left) if left else unknown()
            left = []
        elif argument.kind in (ARG_NAMED, ARG_NAMED_OPT, ARG_STAR2) or not left:
            yield _default_type(api, argument.initializer)
        else:
            yield left.pop(0)


def _default_type(api: TypeChecker, initializer: object) -> Type:
    if isinstance(initializer, Expression):
        return api.expr_checker.accept(initializer)
    return AnyType(TypeOfAny.unannotated)
