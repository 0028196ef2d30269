"""The arguments of a call, as hooks get them: by the name of the parameter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias, cast

from mypy.checker import TypeChecker
from mypy.nodes import (
    ARG_NAMED,
    ARG_POS,
    ARG_STAR,
    ARG_STAR2,
    CallExpr,
    Context,
    Expression,
    LambdaExpr,
    MemberExpr,
    NameExpr,
    TempNode,
)
from mypy.plugin import (
    AttributeContext,
    FunctionContext,
    FunctionSigContext,
    MethodContext,
    MethodSigContext,
)
from mypy.types import (
    CallableType,
    Instance,
    TupleType,
    Type,
    TypedDictType,
    UnpackType,
    get_proper_type,
)

from .step import Given
from .types import literal_value

Call: TypeAlias = FunctionContext | MethodContext


def checker(
    context: Call | FunctionSigContext | MethodSigContext | AttributeContext,
) -> TypeChecker:
    """The type checker behind a hook's narrower view of it."""
    return cast(TypeChecker, context.api)


def given_at(call: Call, index: int) -> list[Given]:
    """The arguments for the parameter at an index; those of a star each by itself."""
    if not call.args[index]:  # as most options are: this is asked very often
        return []
    arguments = zip(
        call.args[index],
        call.arg_types[index],
        call.arg_kinds[index],
        call.arg_names[index],
        strict=True,
    )
    # mypy names a starred tuple, or dict of known keys, once for each of its items.
    unique = {id(each[0]): Given(*each) for each in arguments}
    return [item for each in unique.values() for item in _items(each)]


def _items(argument: Given) -> Iterator[Given]:
    """The arguments that a star stands for; itself, if their number is not known."""
    where, kind = argument.expression, get_proper_type(argument.type)
    if argument.kind == ARG_STAR and isinstance(kind, TupleType) and not _is_open(kind):
        for item in kind.items:
            yield Given(TempNode(item, context=where), item, ARG_POS, None)
    elif argument.kind == ARG_STAR2 and isinstance(kind, TypedDictType):
        for name, item in kind.items.items():
            yield Given(TempNode(item, context=where), item, ARG_NAMED, name)
    else:
        yield argument


def _is_open(kind: TupleType) -> bool:
    return any(isinstance(item, UnpackType) for item in kind.items)


def given(call: Call, parameter: str) -> Given | None:
    """The argument for a parameter; None if there is none."""
    if parameter not in call.callee_arg_names:
        return None
    found = given_at(call, call.callee_arg_names.index(parameter))
    # A dict of known keys, ``**how``, stands for those of other parameters, too.
    return next((each for each in found if each.name in (None, parameter)), None)


def is_strict(call: Call) -> bool | None:
    """What ``strict=`` says; None if it is only known at run time."""
    strict = given(call, "strict")
    if strict is None:
        return True
    value = literal_value(strict.type)
    return value if isinstance(value, bool) else None


def callee_name(where: Context, fallback: str) -> str:
    """Name of what a call calls, as written."""
    if isinstance(where, CallExpr):
        return expression_name(where.callee, fallback)
    return fallback


def expression_name(expression: Expression, fallback: str) -> str:
    """Name of a function in the program."""
    if isinstance(expression, LambdaExpr):
        return "<lambda>"
    if isinstance(expression, (NameExpr, MemberExpr)):
        return expression.name
    if isinstance(expression, CallExpr) and expression.args:
        inner = expression.args[0]
        return inner.name if isinstance(inner, (NameExpr, MemberExpr)) else fallback
    return fallback


def function_name(function: Given) -> str:
    """Name of the function that is given, for messages."""
    kind = get_proper_type(function.type)
    fallback = "the function"
    if isinstance(kind, CallableType) and kind.name:
        fallback = kind.name.split(" of ")[0].strip('"')
    elif isinstance(kind, Instance):
        fallback = kind.type.name
    return expression_name(function.expression, fallback)


def argument_types(call: Call) -> Iterator[Type]:
    """Types of all arguments."""
    for types in call.arg_types:
        yield from types
