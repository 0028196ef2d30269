"""``map_each`` and ``sac``: functions of parts that are only known at run time."""

from __future__ import annotations

from mypy.checker import TypeChecker
from mypy.plugin import FunctionContext, FunctionSigContext
from mypy.typeops import tuple_fallback
from mypy.types import (
    CallableType,
    Instance,
    ProperType,
    TupleType,
    Type,
    get_proper_type,
)

from funsies_mypy import codes
from funsies_mypy.arguments import checker, function_name, given, given_at, is_strict
from funsies_mypy.call import checked, checked_plainly, value_given
from funsies_mypy.callables import is_task, plain_function, strictness
from funsies_mypy.declared import check_declared, instances_of
from funsies_mypy.lift import closed, opened, takes_any_strict
from funsies_mypy.messages import fail, shown
from funsies_mypy.results import continued, stored
from funsies_mypy.step import Given, Step
from funsies_mypy.types import (
    artefact_of,
    inside_artefact,
    is_any,
    result_of,
    unknown,
    unlifted,
    value_of,
)

_SAC_PARAMETERS = ("split_fun", "apply_fun", "combine_fun", "inp")


def open_map_each(context: FunctionSigContext) -> CallableType:
    """Leave one overload, for any function and items."""
    if not takes_any_strict(context.default_signature):
        return closed(context.default_signature)
    return open_sac(context)


def open_sac(context: FunctionSigContext) -> CallableType:
    """Let the functions and inputs be anything."""
    api = checker(context)
    anything = api.named_generic_type("builtins.object", [])
    return opened(context.default_signature, anything, artefact_of(api, unknown()))


def check_map_each(context: FunctionContext) -> Type:
    """The function takes an item of the list."""
    api = checker(context)
    functions, lists = given_at(context, 0), given_at(context, 1)
    if not functions or not lists:
        return context.default_return_type
    item = value_given(_item(context, lists[0]), lists[0].expression)
    step = _step(context, "map_each", functions[0], [item], subject="An item of the list")
    kind = stored(step, checked(step))
    if is_strict(context) is False:
        kind = result_of(api, kind)
    return artefact_of(api, api.named_generic_type("builtins.list", [kind]))


def _item(context: FunctionContext, items: Given) -> Type:
    """Type of the items of the list."""
    api = checker(context)
    kind = _as_class(unlifted(items.type))
    if is_any(kind):
        return unknown()
    if isinstance(kind, Instance) and _is_list(kind):
        return api.iterable_item_type(kind, items.expression)
    text = f'"map_each" goes over a list, not {shown(api, kind)}'
    fail(api, codes.ARGUMENT, text, items.expression)
    return unknown()


def _as_class(kind: Type) -> ProperType:
    """The type itself; of tuples, what they are as sequences."""
    found = get_proper_type(kind)
    return tuple_fallback(found) if isinstance(found, TupleType) else found


def _is_list(kind: Instance) -> bool:
    is_text = kind.type.fullname in ("builtins.str", "builtins.bytes")
    return kind.type.has_base("typing.Sequence") and not is_text


def check_sac(context: FunctionContext) -> Type:
    """What one function returns is what the next one takes."""
    api = checker(context)
    *functions, inputs = (given_at(context, index) for index in range(len(_SAC_PARAMETERS)))
    if not all(functions):
        return context.default_return_type
    split, apply, combine = (found[0] for found in functions)
    parts = checked(_step(context, "sac", split, inputs, strict=is_strict(context)))
    part = artefact_of(api, _part(context, split, parts))
    applied = _continue(context, apply, part, "A part")
    results = api.named_generic_type("builtins.list", [artefact_of(api, applied)])
    combined = _continue(context, combine, results, "The list of results")
    out = given(context, "out")
    if out is not None:
        check_declared(context, combined, instances_of(out.type), function=2)
    return artefact_of(api, combined)


def _part(context: FunctionContext, split: Given, parts: Type) -> Type:
    api = checker(context)
    kind = _as_class(parts)
    if is_any(kind):
        return unknown()
    if isinstance(kind, Instance) and kind.type.has_base("typing.Iterable"):
        return api.iterable_item_type(kind, split.expression)
    text = f'"{function_name(split)}" must return a list of parts, not {shown(api, parts)}'
    fail(api, codes.ARGUMENT, text, split.expression)
    return unknown()


def _gathered(api: TypeChecker, value: Type) -> Type:
    """What a task is given in the place of a list of artefacts."""
    found = get_proper_type(value)
    item = (
        inside_artefact(found.args[0]) if isinstance(found, Instance) and found.args else None
    )
    return value if item is None else api.named_generic_type("builtins.list", [item])


def _continue(context: FunctionContext, function: Given, value: Type, subject: str) -> Type:
    api = checker(context)
    is_one = is_task(function.type)
    given_value = value_given(_gathered(api, value) if is_one else value, function.expression)
    step = _step(context, "sac", function, [given_value], subject=subject)
    if is_one:
        result = checked(step)
        return value_of(result)
    return continued(step, checked_plainly(step))


def _step(
    context: FunctionContext,
    caller: str,
    function: Given,
    values: list[Given],
    *,
    subject: str | None = None,
    strict: bool | None = None,
) -> Step:
    api, name = checker(context), function_name(function)
    return Step(
        api=api,
        where=context.context,
        caller=caller,
        function=name,
        callee=plain_function(api, function.type, name),
        given=values,
        skipped=3,
        is_strict=strictness(function.type, strict),
        expression=function.expression,
        subject=subject,
    )
