"""A result is no error: ``isinstance(result, Error)`` was right for funsies 0.8 only."""

from __future__ import annotations

from mypy.plugin import FunctionContext
from mypy.types import CallableType, TupleType, Type, TypeType, get_proper_type

from funsies_mypy import codes, names
from funsies_mypy.arguments import checker, given_at
from funsies_mypy.messages import fail, shown
from funsies_mypy.types import inside_result, union_items


def check_isinstance(context: FunctionContext) -> Type:
    """``isinstance(x, Error)`` of an ``x`` that may be a result."""
    tested, kinds = given_at(context, 0), given_at(context, 1)
    if tested and kinds and _names_error(kinds[0].type) and _may_be_result(tested[0].type):
        api = checker(context)
        text = (
            f"{shown(api, tested[0].type)} is never an Error, but may hold one; use "
            "isinstance(x, Failure), and x.failure() for the error"
        )
        fail(api, codes.VALUE, text, context.context)
    return context.default_return_type


def _may_be_result(kind: Type) -> bool:
    return any(inside_result(item) is not None for item in union_items(kind))


def _names_error(kinds: Type) -> bool:
    """True of the class ``Error``, and of tuples with it."""
    found = get_proper_type(kinds)
    if isinstance(found, TupleType):
        return any(map(_names_error, found.items))
    if isinstance(found, TypeType):
        found = found.item
    elif isinstance(found, CallableType) and found.is_type_obj():
        return found.type_object().fullname == names.ERROR
    return getattr(getattr(found, "type", None), "fullname", "") == names.ERROR
