"""``out=`` against what the function returns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mypy.meet import is_overlapping_types
from mypy.plugin import FunctionContext
from mypy.subtypes import is_subtype
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    Overloaded,
    TupleType,
    Type,
    TypeType,
    get_proper_type,
)

from . import codes
from .arguments import checker, function_name, given_at
from .messages import fail, shown
from .step import Given
from .types import is_any, union_items, unknown

_BOOLS: Final = ("numpy.bool", "numpy.bool_")
_NUMBERS: Final = {
    "builtins.bool": _BOOLS,
    "builtins.int": (*_BOOLS, "numpy.integer"),
    "builtins.float": (*_BOOLS, "numpy.integer", "numpy.floating"),
    "builtins.complex": (*_BOOLS, "numpy.number"),
}
"""The scalars of NumPy that are stored as numbers of Python, which equal them."""

_ANY_NUMBER: Final = ("numpy.generic", "numpy.number", "numpy.inexact")


def several(result: Type) -> Sequence[Type]:
    """The types of the results that ``py`` makes of what its function returns."""
    found = get_proper_type(result)
    is_plain = (
        isinstance(found, TupleType)
        and found.items
        and found.partial_fallback.type.fullname == "builtins.tuple"
    )
    return found.items if is_plain and isinstance(found, TupleType) else [result]


def check_declared(
    context: FunctionContext, returned: Type, declared: Type, *, function: int = 0
) -> None:
    """Report a type in ``out=`` that what the function returns can never have.

    Args:
        context: the call.
        returned: what the function returns.
        declared: the type in ``out=``.
        function: which argument of the call is the function.
    """
    if _may_be(declared, returned):
        return
    api = checker(context)
    text = (
        f'"{_name(context, function)}" returns {shown(api, returned)}, which is no '
        f"{shown(api, declared)}, as out= says; leave out= away, or convert the value in the "
        "function"
    )
    fail(api, codes.ARGUMENT, text, context.context)


def check_named(
    context: FunctionContext, returned: Type, named: Sequence[Type], out: Given
) -> None:
    """Report what is wrong with ``out=`` of ``py``, which names a type for each result."""
    api = checker(context)
    if isinstance(get_proper_type(out.type), (CallableType, Overloaded, TypeType)):
        text = "out= of py() is a tuple of types, for example out=(int,)"
        fail(api, codes.ARGUMENT, text, out.expression)
        return
    parts = [returned] if len(named) == 1 else several(returned)
    if 1 < len(parts) != len(named) > 1:
        text = (
            f'"{_name(context)}" returns {len(parts)} values, but out= names {len(named)} types'
        )
        fail(api, codes.ARGUMENT, text, context.context)
    for declared, part in zip(named, parts, strict=False):
        check_declared(context, part, declared)


def _name(context: FunctionContext, function: int = 0) -> str:
    return function_name(given_at(context, function)[0])


def _may_be(declared: Type, returned: Type) -> bool:
    """False if no value of the one type is one of the other."""
    return any(
        _may_be_one(wanted, given)
        for wanted in union_items(declared)
        for given in union_items(returned)
    )


def _may_be_one(wanted: Type, given: Type) -> bool:
    wanted, given = get_proper_type(wanted), get_proper_type(given)
    if is_any(wanted) or is_any(given):
        return True
    arguments = _arguments_of_one_class(wanted, given)
    if arguments is not None:
        return all(map(_may_be, *arguments))
    return (
        _is_stored_as(wanted, given)
        or is_subtype(given, wanted)
        or is_subtype(wanted, given)
        or is_overlapping_types(wanted, given)
    )


def _is_stored_as(wanted: Type, given: Type) -> bool:
    """True of a number, and a scalar of NumPy that may equal it."""
    if not isinstance(wanted, Instance) or not isinstance(given, Instance):
        return False
    scalars = _NUMBERS.get(wanted.type.fullname, ())
    return bool(scalars) and (
        given.type.fullname in _ANY_NUMBER or any(map(given.type.has_base, scalars))
    )


def _arguments_of_one_class(
    wanted: Type, given: Type
) -> tuple[Sequence[Type], Sequence[Type]] | None:
    """The type arguments of both, if they are of the same class."""
    if isinstance(wanted, Instance) and isinstance(given, Instance):
        return (wanted.args, given.args) if wanted.type is given.type else None
    return None


def instances_of(kind: Type) -> Type:
    """Type of the objects of a class that is given as a value."""
    found = get_proper_type(kind)
    if isinstance(found, Overloaded):
        found = found.items[0]
    if isinstance(found, CallableType) and found.is_type_obj():
        made = get_proper_type(found.ret_type)
        is_any = isinstance(made, Instance) and made.type.fullname == "typing.Any"
        return unknown() if is_any else made
    return AnyType(unknown().type_of_any)
