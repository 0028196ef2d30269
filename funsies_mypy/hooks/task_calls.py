"""Calls of tasks, and of ``functools.partial`` of one, against parameters of the function."""

from __future__ import annotations

from mypy.checker import TypeChecker
from mypy.nodes import ARG_POS
from mypy.plugin import FunctionContext, MethodContext, MethodSigContext
from mypy.plugins.functools import partial_new_callback
from mypy.types import AnyType, CallableType, Instance, Type, UnionType, get_proper_type

from funsies_mypy.arguments import callee_name, checker, function_name, given_at
from funsies_mypy.call import checked
from funsies_mypy.callables import LEFT_BY_PARTIAL, LEFT_OF_TASK, kept, task_function
from funsies_mypy.lift import closed, open_arguments
from funsies_mypy.step import Given, Step
from funsies_mypy.types import (
    artefact_of,
    inside_artefact,
    inside_result,
    is_any,
    unknown,
    unlifted,
    value_of,
)


def open_call(context: MethodSigContext) -> CallableType:
    """Leave one of the two overloads, for any arguments."""
    signature = context.default_signature
    kinds = [get_proper_type(kind) for kind in signature.arg_types]
    if not kinds or not all(isinstance(kind, AnyType) for kind in kinds):
        return closed(signature)
    api = checker(context)
    anything = api.named_generic_type("builtins.object", [])
    return open_arguments(signature, anything, artefact_of(api, unknown()))


def check_call(context: MethodContext) -> Type:
    """Check the arguments; the artefact of the result."""
    api = checker(context)
    name = callee_name(context.context, "the task")
    function = task_function(api, context.type, name)
    if function is None:
        return context.default_return_type
    arguments = [
        each for index in range(len(context.args)) for each in given_at(context, index)
    ]
    arguments.sort(key=lambda each: each.kind != ARG_POS)
    step = Step(
        api=api,
        where=context.context,
        caller=name,
        function=name,
        callee=function,
        given=arguments,
        is_strict=None,
    )
    result = checked(step)
    return artefact_of(api, value_of(result))


def check_partial(context: FunctionContext) -> Type:
    """Let mypy look at a task as at the function that its calls look like."""
    given, api = given_at(context, 0), checker(context)
    function = _function(api, given[0]) if given else None
    if function is None:
        return partial_new_callback(context)
    types: list[list[Type]] = [[_lifted(api, function)], *context.arg_types[1:]]
    made = partial_new_callback(context._replace(arg_types=types))
    left = kept(made, LEFT_BY_PARTIAL) if isinstance(made, Instance) else None
    if not isinstance(made, Instance) or not isinstance(left, CallableType):
        return made
    return made.copy_with_extra_attr(LEFT_OF_TASK, _unlifted(left))


def _function(api: TypeChecker, given: Given) -> CallableType | None:
    """The function of a task, or what a partial of one has left of it."""
    kind = get_proper_type(given.type)
    left = kept(kind, LEFT_OF_TASK) if isinstance(kind, Instance) else None
    if isinstance(left, CallableType):
        return left
    return task_function(api, kind, function_name(given))


def _unlifted(left: CallableType) -> CallableType:
    """What is left, as a function of values again."""
    return left.copy_modified(
        arg_types=[unlifted(kind) for kind in left.arg_types],
        ret_type=inside_artefact(left.ret_type) or left.ret_type,
    )


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
