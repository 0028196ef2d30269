"""Calls of tasks: artefacts or values against the parameters of the function."""

from __future__ import annotations

from mypy.nodes import ARG_POS
from mypy.plugin import MethodContext, MethodSigContext
from mypy.types import AnyType, CallableType, Type, get_proper_type

from funsies_mypy.arguments import callee_name, checker, given_at
from funsies_mypy.call import checked
from funsies_mypy.callables import task_function
from funsies_mypy.lift import closed, open_arguments
from funsies_mypy.step import Step
from funsies_mypy.types import artefact_of, unknown, value_of


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
