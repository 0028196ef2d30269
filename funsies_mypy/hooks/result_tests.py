"""``isinstance(result, Error)``, ``isinstance(artefact, int)``: never true."""

from __future__ import annotations

from collections.abc import Iterator

from mypy.plugin import FunctionContext
from mypy.types import (
    CallableType,
    FunctionLike,
    TupleType,
    Type,
    TypeType,
    get_proper_type,
)
from mypy.typevars import fill_typevars_with_any

from funsies_mypy import codes, names
from funsies_mypy.arguments import checker, given_at
from funsies_mypy.messages import fail, shown
from funsies_mypy.pointing import is_never, report_pointer
from funsies_mypy.types import inside_artefact, inside_result, union_items


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
    elif tested and kinds:
        _check_artefact(context, tested[0].type, kinds[0].type)
    return context.default_return_type


def _check_artefact(context: FunctionContext, tested: Type, kinds: Type) -> None:
    """``isinstance(artefact, int)``, which is never true."""
    api, classes = checker(context), list(_classes(kinds))
    if (
        classes
        and inside_artefact(tested) is not None
        and all(each is not None and is_never(api, tested, each) for each in classes)
    ):
        report_pointer(api, tested, context.context, "told apart by isinstance()")


def _classes(kinds: Type) -> Iterator[Type | None]:
    """What instances of the classes are; None where that is not known."""
    found = get_proper_type(kinds)
    if isinstance(found, TupleType):
        for item in found.items:
            yield from _classes(item)
    elif isinstance(found, FunctionLike) and found.is_type_obj():
        yield fill_typevars_with_any(found.type_object())
    else:
        yield None


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
