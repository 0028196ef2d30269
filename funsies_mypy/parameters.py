"""Parameters of functions that get results: ``strict=False``."""

from __future__ import annotations

from typing import Final

from mypy.checker import TypeChecker
from mypy.nodes import ARG_NAMED, ARG_POS, ARG_STAR, Context
from mypy.subtypes import find_member, is_subtype
from mypy.types import (
    CallableType,
    Instance,
    Overloaded,
    Type,
    TypeVarType,
    get_proper_type,
)

from . import codes, names
from .messages import fail, shown
from .step import Step
from .types import inside_result, instance, is_any, result_of

_REQUIRED: Final = (ARG_POS, ARG_NAMED, ARG_STAR)


def without_results(step: Step, callee: Type) -> Type:
    """Replace parameters ``Result[T, Error]`` by ``T``, and report those that are not results.

    If the step does not say whether it is strict, results are replaced and nothing is reported.
    """
    found = get_proper_type(callee)
    if isinstance(found, Instance):
        call = find_member("__call__", found, found, is_operator=True)
        found = found if call is None else get_proper_type(call)
    if isinstance(found, Overloaded):
        return Overloaded([_without(item) for item in found.items])
    if not isinstance(found, CallableType):
        return callee
    if step.is_strict is False:
        report_values(step.api, step.function, found, step.where)
    return _without(found)


def _without(callee: CallableType) -> CallableType:
    types = [inside_result(kind) or kind for kind in callee.arg_types]
    return callee.copy_modified(arg_types=types)


def report_values(
    api: TypeChecker, function: str, signature: CallableType, where: Context
) -> None:
    """Report parameters that do not take ``Result[T, Error]``, as ``strict=False`` asks."""
    parameters = zip(signature.arg_types, signature.arg_kinds, signature.arg_names, strict=True)
    for kind, how, name in parameters:
        if how in _REQUIRED and not _takes_result(api, kind):
            wanted = result_of(api, inside_result(kind) or kind)
            text = (
                f'"{function}" is strict=False: its parameter "{name}" must be '
                f"{shown(api, wanted)}, not {shown(api, kind)}"
            )
            fail(api, codes.ARGUMENT, text, where)


def report_results(
    api: TypeChecker, function: str, signature: CallableType, where: Context
) -> None:
    """Report parameters that take ``Result[T, E]``: a strict step is given values only."""
    for kind, name in zip(signature.arg_types, signature.arg_names, strict=True):
        if inside_result(kind) is not None:
            text = (
                f'Parameter "{name}" of task "{function}" is {shown(api, kind)}, but a task is '
                "given results only with @task(strict=False)"
            )
            fail(api, codes.ARGUMENT, text, where)


def _takes_result(api: TypeChecker, kind: Type) -> bool:
    found = get_proper_type(kind)
    if is_any(found) or isinstance(found, TypeVarType):
        return True
    if isinstance(found, Instance) and found.type.fullname == "builtins.object":
        return True
    if inside_result(found) is None or not isinstance(found, Instance):
        return False
    error = instance(api, names.ERROR)
    return is_any(error) or is_subtype(error, found.args[-1])
