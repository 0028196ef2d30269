"""What stands for a value and is none: artefacts, shell steps, results. What is never equal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mypy.checker import TypeChecker
from mypy.nodes import Context, Expression, TypeInfo
from mypy.subtypes import is_subtype
from mypy.types import (
    Instance,
    NoneType,
    TupleType,
    Type,
    TypeVarType,
    UninhabitedType,
    get_proper_type,
)

from . import codes, names
from .messages import fail, shown
from .types import (
    artefact_of,
    inside_artefact,
    inside_result,
    instance,
    is_shell_output,
    union_items,
    unknown,
)

_EQUAL_BY_ITEMS: Final = frozenset(
    [f"builtins.{each}" for each in ("list", "tuple", "dict", "set", "frozenset")]
    + ["collections.deque"]
)


def report_pointer(api: TypeChecker, kind: Type, where: Context, how: str) -> None:
    """Report an artefact or a shell step that stands where a value is needed.

    Args:
        api: the type checker.
        kind: type of what stands there.
        where: it stands.
        how: what is done with it, such as "formatted".
    """
    if is_shell_output(kind):
        text = f"is a shell step; it cannot be {how}: give one of its outputs to a step"
    else:
        text = (
            f"is a pointer to a value that may not exist yet; it cannot be {how}. Pass it to a "
            "step as an input, or execute it and use take()"
        )
    fail(api, codes.VALUE, f"{shown(api, kind)} {text}", where)


def report_condition(api: TypeChecker, kind: Type, where: Expression) -> None:
    """Report what has no truth: artefacts, also if they may be None, and results.

    Args:
        api: the type checker.
        kind: type of the condition.
        where: it stands.
    """
    if is_pointer(kind):
        report_pointer(api, kind, where, "used as a condition")
    elif inside_result(kind) is not None:
        text = (
            f"{shown(api, kind)} is always true, also if it holds an error; use "
            "isinstance(x, Success), and x.unwrap() for the value"
        )
        fail(api, codes.VALUE, text, where)


def is_pointer(kind: Type) -> bool:
    """True of artefacts, and of artefacts or None: the latter are for ``is None``."""
    items = [item for item in union_items(kind) if not isinstance(item, NoneType)]
    return bool(items) and all(
        inside_artefact(item) is not None or is_shell_output(item) for item in items
    )


def report_unequal(api: TypeChecker, left: Type, right: Type, where: Context) -> bool:
    """Report two things that are compared and never equal; say whether they are.

    Args:
        api: the type checker.
        left: type of the one.
        right: type of the other.
        where: they are compared.
    """
    for pointer, value in ((left, right), (right, left)):
        found = _unequal(api, pointer, value)
        if found is not None:
            _report_unequal(api, *found, where)
            return True
    return False


def _report_unequal(api: TypeChecker, pointer: Type, value: Type, where: Context) -> None:
    if inside_result(pointer) is None:
        report_pointer(api, pointer, where, f"compared with {shown(api, value)}")
        return
    text = (
        f"{shown(api, pointer)} never equals {shown(api, value)}, but may hold it; "
        "compare what take() or .unwrap() gives"
    )
    fail(api, codes.VALUE, text, where)


def _unequal(api: TypeChecker, pointer: Type, value: Type) -> tuple[Type, Type] | None:
    """A pointer, and the value that it never equals; None if there is none for certain."""
    if is_never(api, pointer, value):
        return pointer, value
    pairs = _compared_items(pointer, value)
    return next(filter(None, (_unequal(api, *pair) for pair in pairs)), None)


def _compared_items(left: Type, right: Type) -> Iterator[tuple[Type, Type]]:
    one, other = get_proper_type(left), get_proper_type(right)
    match one, other:
        case TupleType(items=ones), TupleType(items=others) if len(ones) == len(others):
            yield from zip(ones, others, strict=True)
        case Instance(type=kind, args=ones), Instance(args=others) if (
            kind is other.type and kind.fullname in _EQUAL_BY_ITEMS
        ):
            yield from zip(ones, others, strict=True)


def is_never(api: TypeChecker, pointer: Type, value: Type) -> bool:
    """True of an artefact, a step or a result, and of values that are certainly none."""
    likes = _anything_like(api, pointer)
    items = [
        item for item in union_items(value) if not isinstance(item, (NoneType, UninhabitedType))
    ]
    return likes is not None and bool(items) and not any(_may_be(likes, each) for each in items)


def _anything_like(api: TypeChecker, pointer: Type) -> Instance | None:
    found: Type | None = None
    if inside_artefact(pointer) is not None:
        found = artefact_of(api, unknown())
    elif inside_result(pointer) is not None:
        found = instance(api, names.RESULT, unknown(), unknown())
    elif is_shell_output(pointer):
        found = instance(api, names.SHELL_OUTPUT, unknown())
    return found if isinstance(found, Instance) else None


def _may_be(anything: Instance, value: Type) -> bool:
    return (
        isinstance(value, TypeVarType)
        or is_subtype(anything, value)
        or (isinstance(value, Instance) and _may_inherit(value, anything.type))
    )


def _may_inherit(value: Instance, base: TypeInfo) -> bool:
    return base in value.type.mro or value.type.fallback_to_any
