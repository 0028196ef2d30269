"""An artefact is a pointer: not to be formatted, compared, or put into an artefact."""

from __future__ import annotations

from mypy.checker import TypeChecker
from mypy.nodes import CallExpr, Context, MemberExpr, StrExpr
from mypy.plugin import FunctionContext, MethodContext
from mypy.subtypes import is_subtype
from mypy.types import NoneType, Type, TypeVarType

from funsies_mypy import codes, names
from funsies_mypy.arguments import Call, argument_types, checker, given_at
from funsies_mypy.encodable import unencodable_value
from funsies_mypy.messages import fail, shown
from funsies_mypy.types import (
    artefact_of,
    has_artefact,
    inside_artefact,
    inside_result,
    instance,
    is_shell_output,
    nested_artefact,
    union_items,
    unknown,
)


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
    _check(context, "used as a condition")
    return context.default_return_type


def check_comparison(context: MethodContext) -> Type:
    """``artefact == 1``, ``1 == artefact``, and results likewise: never true."""
    api = checker(context)
    for other in argument_types(context):
        for pointer, value in ((context.type, other), (other, context.type)):
            if _is_other(api, pointer, value):
                how = f"compared with {shown(api, value)}"
                report_pointer(api, pointer, context.context, how)
            elif _is_other_than_result(api, pointer, value):
                text = (
                    f"{shown(api, pointer)} never equals {shown(api, value)}, but may hold it; "
                    "compare what take() or .unwrap() gives"
                )
                fail(api, codes.VALUE, text, context.context)
            elif _is_other_than_step(api, pointer, value):
                text = (
                    f"{shown(api, pointer)} is a shell step; it cannot be compared with "
                    f"{shown(api, value)}: give one of its outputs to a step"
                )
                fail(api, codes.VALUE, text, context.context)
    return context.default_return_type


def _is_other_than_step(api: TypeChecker, step: Type, value: Type) -> bool:
    """True of a shell step, and of values that are certainly none."""
    anything = instance(api, names.SHELL_OUTPUT, unknown())
    return is_shell_output(step) and not any(
        isinstance(item, (NoneType, TypeVarType))
        or is_subtype(anything, item)
        or is_shell_output(item)
        for item in union_items(value)
    )


def _is_other_than_result(api: TypeChecker, result: Type, value: Type) -> bool:
    """True of a result, and of values that are certainly none."""
    items = list(union_items(value))
    anything = instance(api, names.RESULT, unknown(), unknown())
    return inside_result(result) is not None and not any(
        isinstance(item, (NoneType, TypeVarType))
        or is_subtype(anything, item)
        or inside_result(item) is not None
        for item in items
    )


def _is_other(api: TypeChecker, pointer: Type, value: Type) -> bool:
    """True of an artefact, and of values that are certainly none."""
    items = [item for item in union_items(value) if not isinstance(item, NoneType)]
    return (
        inside_artefact(pointer) is not None
        and bool(items)
        and not any(isinstance(item, TypeVarType) for item in items)
        and not any(is_subtype(artefact_of(api, unknown()), item) for item in items)
    )


def _check(context: Call, how: str) -> None:
    for index in range(len(context.args)):
        for each in given_at(context, index):
            if has_artefact(each.type):
                report_pointer(checker(context), each.type, each.expression, how)


def report_pointer(api: TypeChecker, kind: Type, where: Context, how: str) -> None:
    """Report an artefact that stands where a value is needed.

    Args:
        api: the type checker.
        kind: type of the artefact.
        where: it stands.
        how: what is done with it, such as "formatted".
    """
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
            report_pointer(api, each.type, each.expression, "put into an artefact")
        elif nested_artefact(each.type) is not None:
            kind = shown(api, each.type)
            text = f"put() takes {kind}, a container with artefacts inside; use gather()"
            fail(api, codes.VALUE, text, each.expression)
        else:
            problem = unencodable_value(api, each.type)
            if problem is not None:
                fail(api, codes.ENCODING, f"put() takes {problem}", each.expression)
    return context.default_return_type
