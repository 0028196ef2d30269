"""What types carry: a value in one unit, or of one shape, goes into no parameter of another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mypy.nodes import NameExpr
from mypy.types import (
    CallableType,
    Instance,
    NoneType,
    TupleType,
    Type,
    get_proper_type,
)

from funsies.core.units import are_other_units

from . import codes
from .layouts import difference
from .messages import fail
from .step import Given, Step, filled_by
from .types import has_artefact, literal_value, union_items, unlifted

UNIT: Final = "<unit>"
UNIT_MEMBER: Final = "<member of an enum of units>"
"""Not attributes that a program can name."""

_MAX_DEPTH: Final = 20


def check_quantities(step: Step, callee: Type) -> None:
    """Report inputs in one unit where the parameter is in another; likewise arrays."""
    found = get_proper_type(callee)
    if not isinstance(found, CallableType):
        return
    for index, actuals in enumerate(filled_by(step, found)):
        if not _may_say_more(found.arg_types[index]):
            continue
        for each in actuals:
            given = step.given[each]
            if given.kind.is_star():
                continue
            for problem in _problems(given, found.arg_types[index]):
                text = f'Parameter "{found.arg_names[index]}" of "{step.function}" {problem}'
                fail(step.api, codes.ARGUMENT, text, given.expression)


def _may_say_more(kind: Type) -> bool:
    """False for a plain class, as most are: there is no need to look at what it is given."""
    found = get_proper_type(kind)
    return not isinstance(found, Instance) or bool(found.args or found.extra_attrs)


def _problems(given: Given, wanted: Type) -> Iterator[str]:
    """What parts of the two types say that differs."""
    is_result = not has_artefact(given.type) and not isinstance(given.expression, NameExpr)
    for one, other in _pairs(unlifted(given.type), wanted, _MAX_DEPTH):
        left, right = _unit(one), _unit(other)
        if left is not None and right is not None and _are_others(left, right):
            yield (
                f'is in "{right[1]}", but it is given a value in "{left[1]}"; convert it in a '
                "task between them"
            )
        layouts = None if is_result else difference(one, other)
        if layouts is not None:
            yield (
                f"takes arrays of {layouts[1]}, but it is given one of {layouts[0]}; convert "
                "it in a task between them"
            )


def _pairs(given: Type, wanted: Type, depth: int) -> Iterator[tuple[Type, Type]]:
    """What stands at the same places of two types."""
    one, other = _without_none(given), _without_none(wanted)
    if one is None or other is None:
        return
    yield one, other
    inside, asked = _parts(one), _parts(other)
    if depth and len(inside) == len(asked):
        for each, its in zip(inside, asked, strict=True):
            yield from _pairs(each, its, depth - 1)


def _without_none(kind: Type) -> Type | None:
    """``float`` of ``float | None``; None if there are several others."""
    others = [item for item in union_items(kind) if not isinstance(item, NoneType)]
    return others[0] if len(others) == 1 else None


def _unit(kind: Type) -> tuple[str, str] | None:
    found = get_proper_type(kind)
    extra = found.extra_attrs if isinstance(found, Instance) else None
    for name in (UNIT, UNIT_MEMBER) if extra else ():
        value = literal_value(extra.attrs[name]) if extra and name in extra.attrs else None
        if isinstance(value, str):
            return name, value
    return None


def _are_others(one: tuple[str, str], other: tuple[str, str]) -> bool:
    if one[0] == other[0] == UNIT:
        return are_other_units(one[1], other[1])
    owners = [value.rpartition(".")[0] for _, value in (one, other)]
    return one[0] == other[0] and one != other and owners[0] == owners[1]


def _parts(kind: Type) -> list[Type]:
    found = get_proper_type(kind)
    if isinstance(found, TupleType):
        return list(found.items)
    return list(found.args) if isinstance(found, Instance) else []
