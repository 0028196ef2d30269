"""``functools.partial`` of a task: what is given, and what is left, against its parameters."""

from __future__ import annotations

from mypy.checker import TypeChecker
from mypy.plugin import FunctionContext
from mypy.plugins.functools import partial_new_callback
from mypy.types import CallableType, Type, UnionType

from funsies_mypy.arguments import checker, function_name, given_at
from funsies_mypy.callables import task_function
from funsies_mypy.types import artefact_of, inside_result, is_any, value_of


def check_partial(context: FunctionContext) -> Type:
    """Let mypy look at a task as at the function that its calls look like."""
    given, api = given_at(context, 0), checker(context)
    function = task_function(api, given[0].type, function_name(given[0])) if given else None
    if function is None:
        return partial_new_callback(context)
    types: list[list[Type]] = [[_lifted(api, function)], *context.arg_types[1:]]
    return partial_new_callback(context._replace(arg_types=types))


def _lifted(api: TypeChecker, function: CallableType) -> CallableType:
    """The same function with artefacts: each parameter takes one, or a value."""
    return function.copy_modified(
        arg_types=[_value_or_artefact(api, kind) for kind in function.arg_types],
        ret_type=artefact_of(api, value_of(function.ret_type)),
    )


def _value_or_artefact(api: TypeChecker, kind: Type) -> Type:
    inside = inside_result(kind) or kind
    if is_any(inside):
        return inside
    return UnionType([inside, artefact_of(api, inside)])
