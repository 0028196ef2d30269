"""``map``, ``bind`` and ``lash`` of artefacts: a function of the value, or of the error."""

from __future__ import annotations

from mypy.plugin import MethodContext, MethodSigContext
from mypy.typeops import make_simplified_union
from mypy.types import CallableType, Type

from funsies_mypy import names
from funsies_mypy.arguments import checker, function_name, given_at
from funsies_mypy.call import checked, value_given
from funsies_mypy.callables import is_task, plain_function, strictness
from funsies_mypy.lift import opened
from funsies_mypy.results import continued, stored
from funsies_mypy.step import Given, Step
from funsies_mypy.types import (
    artefact_of,
    inside_artefact,
    instance,
    unknown,
    value_of,
)


def open_container(context: MethodSigContext) -> CallableType:
    """Let the function be anything."""
    api = checker(context)
    anything = api.named_generic_type("builtins.object", [])
    return opened(context.default_signature, anything, artefact_of(api, unknown()))


def check_map(context: MethodContext) -> Type:
    """The function takes the value, and returns a value."""
    step = _step(context, "map", value_given(context.type, context.context))
    return artefact_of(step.api, stored(step, checked(step)))


def check_bind(context: MethodContext) -> Type:
    """The function takes the value, and returns an artefact."""
    step = _step(context, "bind", value_given(context.type, context.context))
    return artefact_of(step.api, _continued(context, step))


def check_lash(context: MethodContext) -> Type:
    """The function takes the error, and returns an artefact."""
    error = instance(checker(context), names.ERROR)
    step = _step(context, "lash", value_given(error, context.context))
    kept = inside_artefact(context.type) or unknown()
    recovered = _continued(context, step)
    return artefact_of(step.api, make_simplified_union([kept, recovered]))


def _continued(context: MethodContext, step: Step) -> Type:
    result = checked(step)
    if is_task(given_at(context, 0)[0].type):
        return value_of(result)
    return continued(step, result)


def _step(context: MethodContext, caller: str, value: Given) -> Step:
    api, function = checker(context), given_at(context, 0)[0]
    name = function_name(function)
    return Step(
        api=api,
        where=context.context,
        caller=caller,
        function=name,
        callee=plain_function(api, function.type, name),
        given=[value],
        is_strict=strictness(function.type, True),
        expression=function.expression,
        subject=f'What "{caller}" gives to its function',
    )
