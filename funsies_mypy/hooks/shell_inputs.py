"""``step.inp["name"]``: the input files of a shell step, by name."""

from __future__ import annotations

from typing import Final

from mypy.nodes import StrExpr
from mypy.plugin import AttributeContext, FunctionContext, MethodContext
from mypy.types import ExtraAttrs, Instance, LiteralType, TupleType, Type, get_proper_type

from funsies_mypy import codes
from funsies_mypy.arguments import checker, given, given_at
from funsies_mypy.literals import all_keys_of
from funsies_mypy.messages import did_you_mean, fail, quoted
from funsies_mypy.types import literal_value

INPUTS: Final = "<names of input files>"
"""Not an attribute that a program can name."""


def input_names(context: FunctionContext) -> Type | None:
    """The names of the input files of a step, as a tuple of literals; None if not known."""
    api, inputs = checker(context), given(context, "inp")
    found = [] if inputs is None else all_keys_of(api, inputs.expression)
    if found is None:
        return None
    text = api.named_generic_type("builtins.str", [])
    items: list[Type] = [LiteralType(name, text) for name, _ in found]
    return TupleType(items, api.named_generic_type("builtins.tuple", [text]))


def check_inputs(context: AttributeContext) -> Type:
    """``step.inp``: it keeps which names there are."""
    names, kind = _names_of(context.type), get_proper_type(context.default_attr_type)
    if names is None or not isinstance(kind, Instance):
        return kind
    kind = kind.copy_modified()
    kind.extra_attrs = ExtraAttrs({INPUTS: names}, set(), None)
    return kind


def check_input(context: MethodContext) -> Type:
    """``step.inp["name"]``: report a name that the step does not have."""
    names, asked = _names_of(context.type), given_at(context, 0)
    if names is None or not asked:
        return context.default_return_type
    where = asked[0].expression
    name = where.value if isinstance(where, StrExpr) else literal_value(asked[0].type)
    known = [str(literal_value(item)) for item in names.items]
    if isinstance(name, str) and name not in known:
        told = f" (inp= names {quoted(known)})" if known else ""
        text = f'This shell step has no input "{name}"{told}{did_you_mean(name, known)}'
        fail(checker(context), codes.SHELL, text, where)
    return context.default_return_type


def _names_of(kind: Type) -> TupleType | None:
    found = get_proper_type(kind)
    extra = found.extra_attrs if isinstance(found, Instance) else None
    names = get_proper_type(extra.attrs.get(INPUTS)) if extra else None
    return names if isinstance(names, TupleType) else None
