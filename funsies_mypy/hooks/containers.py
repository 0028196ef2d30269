"""``map``, ``bind`` and ``lash`` of artefacts: a function of the value, or of the error."""

from __future__ import annotations

from mypy.plugin import MethodContext, MethodSigContext
from mypy.typeops import make_simplified_union
from mypy.types import CallableType, Type

from funsies_mypy import names
from funsies_mypy.arguments import checker, function_name, given_at
from funsies_mypy.call import Given, Step, checked, value_given
from funsies_mypy.lift import opened
from funsies_mypy.results import continued, stored
from funsies_mypy.types import artefact_of, inside_artefact, instance, unknown


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
    return artefact_of(step.api, continued(step, checked(step)))


def check_lash(context: MethodContext) -> Type:
    """The function takes the error, and returns an artefact."""
    error = instance(checker(context), names.ERROR)
    step = _step(context, "lash", value_given(error, context.context))
    kept = inside_artefact(context.type) or unknown()
    recovered = continued(step, checked(step))
    return artefact_of(step.api, make_simplified_union([kept, recovered]))


def _step(context: MethodContext, caller: str, value: Given) -> Step:
    function = given_at(context, 0)[0]
    return Step(
        api=checker(context),
        where=context.context,
        caller=caller,
        function=function_name(function),
        callee=function.type,
        given=[value],
        expression=function.expression,
        subject=f'What "{caller}" gives to its function',
    )
