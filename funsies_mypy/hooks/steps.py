"""``reduce``, ``morph``, ``py``: a function and its inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mypy.checker import TypeChecker
from mypy.nodes import ARG_POS, ListExpr, StarExpr
from mypy.plugin import FunctionContext, FunctionSigContext
from mypy.types import (
    CallableType,
    NoneType,
    TupleType,
    Type,
    UnpackType,
    get_proper_type,
)

from funsies_mypy.arguments import (
    callee_name,
    checker,
    function_name,
    given,
    given_at,
    is_strict,
)
from funsies_mypy.call import checked
from funsies_mypy.callables import plain_function, strictness
from funsies_mypy.declared import check_declared, check_named, instances_of, several
from funsies_mypy.inputs import is_bare
from funsies_mypy.lift import closed, gives_any, opened, takes_any_strict
from funsies_mypy.results import stored
from funsies_mypy.step import Given, Step
from funsies_mypy.types import artefact_of, unknown


def open_reduce(context: FunctionSigContext) -> CallableType:
    """Leave one overload, for any inputs."""
    return _open(context, is_general=takes_any_strict(context.default_signature))


def open_py(context: FunctionSigContext) -> CallableType:
    """Leave one overload, for any inputs and results."""
    return _open(context, is_general=gives_any(context.default_signature))


def _open(context: FunctionSigContext, *, is_general: bool) -> CallableType:
    signature = context.default_signature
    if not is_general:
        return closed(signature)
    api = checker(context)
    anything = api.named_generic_type("builtins.object", [])
    return opened(signature, anything, artefact_of(api, unknown()))


def check_reduce(context: FunctionContext) -> Type:
    """One artefact for the result."""
    result = _result(context, _step(context))
    out = given(context, "out")
    kind = result if out is None else instances_of(out.type)
    check_declared(context, result, kind)
    return artefact_of(checker(context), kind)


def check_py(context: FunctionContext) -> Type:
    """An artefact for each of the results."""
    api = checker(context)
    step = _step(context)
    result = get_proper_type(_result(context, step))
    out = given(context, "out")
    if out is not None:
        kinds = _named_types(api, out)
    else:
        is_one = step is not None and is_bare(step)  # the build sees nothing else
        kinds = [result] if is_one else several(result)
    if out is not None:
        check_named(context, result, kinds, out)
    if not kinds:
        return unknown()
    artefacts = [artefact_of(api, kind) for kind in kinds]
    if len(artefacts) == 1:
        return artefacts[0]
    return TupleType(artefacts, api.named_generic_type("builtins.tuple", [unknown()]))


def _step(context: FunctionContext) -> Step | None:
    """What the call adds; None if it names no function."""
    function = given_at(context, 0)
    if not function:
        return None
    api, name = checker(context), function_name(function[0])
    return Step(
        api=api,
        where=context.context,
        caller=callee_name(context.context, "reduce"),
        function=name,
        callee=plain_function(api, function[0].type, name),
        given=[_by_position(each) for each in given_at(context, 1)],
        skipped=1,
        is_strict=strictness(function[0].type, is_strict(context)),
        expression=function[0].expression,
    )


def _result(context: FunctionContext, step: Step | None) -> Type:
    """Check the call; the type of the value that is stored."""
    if step is None:
        return unknown()
    out = given(context, "out")
    is_declared = out is not None and not isinstance(get_proper_type(out.type), NoneType)
    return stored(step, checked(step), is_declared=is_declared)


def _by_position(given: Given) -> Given:
    """An input as the function gets it, also if ``morph(fun, inp=...)`` names it."""
    return given if given.name is None else replace(given, kind=ARG_POS, name=None)


def _named_types(api: TypeChecker, out: Given) -> Sequence[Type]:
    """The types that ``out=`` of ``py`` names; none if their number is not known."""
    kind, where = get_proper_type(out.type), out.expression
    if isinstance(kind, TupleType) and not any(
        isinstance(item, UnpackType) for item in kind.items
    ):
        return [instances_of(item) for item in kind.items]
    if isinstance(where, ListExpr) and not any(
        isinstance(item, StarExpr) for item in where.items
    ):
        return [instances_of(api.lookup_type(item)) for item in where.items]
    return []
