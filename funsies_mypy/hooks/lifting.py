"""Functions of the user that take a value or an artefact of it: ``x: T | Artefact[T]``.

An artefact fits both sides of such a union, so mypy gives up on ``T``. The type variables of
``reduce`` are bounded by what no artefact is; here those of the user are, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mypy.expandtype import expand_type
from mypy.nodes import SymbolTableNode
from mypy.plugin import FunctionSigContext, MethodSigContext
from mypy.types import (
    CallableType,
    Instance,
    NoneType,
    Type,
    TypeVarType,
    UnionType,
    get_proper_type,
)

from funsies_mypy import names
from funsies_mypy.arguments import checker
from funsies_mypy.types import inside_artefact, instance, union_items


def is_lifting(found: SymbolTableNode | None) -> bool:
    """True of a function with such a parameter."""
    kind = None if found is None or found.node is None else getattr(found.node, "type", None)
    signature = get_proper_type(kind) if isinstance(kind, Type) else None
    return isinstance(signature, CallableType) and bool(_lifted(signature))


def open_lifting(context: FunctionSigContext | MethodSigContext) -> CallableType:
    """Bound the type variables by what is no artefact."""
    signature, api = context.default_signature, checker(context)
    value = UnionType([instance(api, names.ANY_VALUE), NoneType()])
    bounded = {each: each.copy_modified(upper_bound=value) for each in _lifted(signature)}
    expanded = expand_type(signature, {old.id: new for old, new in bounded.items()})
    by_id = {old.id: new for old, new in bounded.items()}
    variables = [by_id.get(each.id, each) for each in signature.variables]
    return expanded.copy_modified(variables=variables)


def _lifted(signature: CallableType) -> list[TypeVarType]:
    free = {each.id for each in signature.variables} if signature.variables else set()
    kinds = [part for kind in signature.arg_types for part in _parts(kind)] if free else []
    found = [each for kind in kinds for each in _variables(kind)]
    return [each for each in found if each.id in free and _is_unbounded(each)]


def _is_unbounded(variable: TypeVarType) -> bool:
    bound = get_proper_type(variable.upper_bound)
    return (
        not variable.values
        and isinstance(bound, Instance)
        and bound.type.fullname == "builtins.object"
    )


def _variables(kind: Type) -> Iterator[TypeVarType]:
    """Type variables that stand beside their own artefact in a union."""
    found = get_proper_type(kind)
    if isinstance(found, UnionType):
        items = [get_proper_type(item) for item in union_items(found)]
        inside = [get_proper_type(inside_artefact(item) or item) for item in items]
        lifted = {
            each.id
            for item, each in zip(items, inside, strict=True)
            if isinstance(each, TypeVarType) and item is not each
        }
        yield from (
            item for item in items if isinstance(item, TypeVarType) and item.id in lifted
        )


def _parts(kind: Type) -> Sequence[Type]:
    """A type, and what it is made of: ``Sequence[T | Artefact[T]]``."""
    found = get_proper_type(kind)
    return (kind, *found.args) if isinstance(found, Instance) else (kind,)
