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
from mypy.types import (
    AnyType,
    CallableType,
    ErasedType,
    Type,
    TypeOfAny,
    UnionType,
    get_proper_type,
)

from .types import item_type, result_of, unknown


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
    if any(kind not in (ARG_POS, ARG_STAR) for kind in kinds):
        values, kinds = [], []  # which parameters they are for is not known
    found = _in_order(values, kinds)
    if strict is False:
        found = [result_of(api, value) for value in found]
    types = list(_parameter_types(api, expression, found, is_open=ARG_STAR in kinds))
    context = CallableType(
        types,
        list(expression.arg_kinds),
        list(expression.arg_names),
        ErasedType(),
        api.named_type("builtins.function"),
    )
    if ARG_STAR in expression.arg_kinds:  # for which mypy makes nothing of the context
        expression.type = context
    try:
        return api.expr_checker.accept(expression, type_context=context)
    finally:
        expression.type = None


def _in_order(values: Sequence[Type], kinds: Sequence[ArgKind]) -> list[Type]:
    """What the parameters get. Of what is starred, the last is what each item may be."""
    if ARG_STAR not in kinds:
        return list(values)
    first = kinds.index(ARG_STAR)
    rest = [
        (item_type(value) or unknown()) if kind == ARG_STAR else value
        for value, kind in zip(values[first:], kinds[first:], strict=True)
    ]
    return [*values[:first], make_simplified_union(rest)]


def _parameter_types(
    api: TypeChecker, expression: LambdaExpr, values: Sequence[Type], *, is_open: bool
) -> Iterator[Type]:
    left = list(values)
    for argument in expression.arguments:
        if argument.kind == ARG_STAR:
            yield make_simplified_union(left) if left else unknown()
            left = []
        elif argument.kind in (ARG_NAMED, ARG_NAMED_OPT, ARG_STAR2) or not left:
            yield _default_type(api, argument.initializer)
        elif is_open and len(left) == 1:
            yield unknown() if isinstance(get_proper_type(left[0]), UnionType) else left[0]
        else:
            yield left.pop(0)


def _default_type(api: TypeChecker, initializer: object) -> Type:
    if isinstance(initializer, Expression):
        return api.expr_checker.accept(initializer)
    return AnyType(TypeOfAny.unannotated)
