"""``gather``: exact types of any number of items, and of items of several types."""

from __future__ import annotations

from collections.abc import Sequence

from mypy.checker import TypeChecker
from mypy.nodes import DictExpr, Expression, ListExpr, MemberExpr, NameExpr, StarExpr
from mypy.plugin import FunctionContext, FunctionSigContext
from mypy.typeops import make_simplified_union
from mypy.types import (
    CallableType,
    Instance,
    TupleType,
    Type,
    TypedDictType,
    UnpackType,
    get_proper_type,
)

from funsies_mypy.arguments import checker, given, is_strict
from funsies_mypy.lift import with_any_keyword
from funsies_mypy.step import Given
from funsies_mypy.types import artefact_of, inside_artefact, result_of, unknown


def open_gather(context: FunctionSigContext) -> CallableType:
    """Take a ``TypedDict`` of artefacts, too, which is no mapping of artefacts to mypy."""
    api = checker(context)
    anything = api.named_generic_type("builtins.object", [])
    signature = with_any_keyword(context.default_signature, anything)
    kind = _typed_dict(context)
    if kind is None or not _takes_mapping(signature):
        return signature
    types = [kind, *signature.arg_types[1:]]
    return signature.copy_modified(
        arg_types=types, variables=[], ret_type=artefact_of(api, unknown())
    )


def _typed_dict(context: FunctionSigContext) -> TypedDictType | None:
    """Type of the variable that is given, if it is such a dict of artefacts."""
    items = context.args[0][0] if context.args and context.args[0] else None
    if not isinstance(items, (NameExpr, MemberExpr)):
        return None
    api = checker(context)
    with api.msg.filter_errors():
        kind = get_proper_type(api.expr_checker.accept(items))
    is_one = isinstance(kind, TypedDictType) and all(map(inside_artefact, kind.items.values()))
    return kind if is_one and isinstance(kind, TypedDictType) else None


def _takes_mapping(signature: CallableType) -> bool:
    kind = get_proper_type(signature.arg_types[0])
    return isinstance(kind, Instance) and kind.type.fullname == "typing.Mapping"


def check_gather(context: FunctionContext) -> Type:
    """The artefact of the joined values, if the type of each of them is known."""
    api, items, strict = checker(context), given(context, "items"), is_strict(context)
    kinds = None if items is None else _kinds(api, items)
    if items is None or kinds is None or strict is None:
        return context.default_return_type
    inside = [inside_artefact(kind) for kind in kinds]
    values = [kind for kind in inside if kind is not None]
    if len(values) < len(kinds):
        return context.default_return_type
    joined = values if strict else [result_of(api, value) for value in values]
    return _artefact(context, get_proper_type(items.type), joined)


def _kinds(api: TypeChecker, items: Given) -> Sequence[Type] | None:
    """The types of the items; None if their number is not known."""
    found, where = get_proper_type(items.type), items.expression
    if isinstance(found, TupleType):
        is_open = any(isinstance(item, UnpackType) for item in found.items)
        return None if is_open else found.items
    if isinstance(found, TypedDictType):
        return list(found.items.values())
    shown: Sequence[Expression] = ()
    if isinstance(where, ListExpr) and not any(
        isinstance(item, StarExpr) for item in where.items
    ):
        shown = where.items
    if isinstance(where, DictExpr) and all(key is not None for key, _ in where.items):
        shown = [value for _, value in where.items]
    return [_type_of(api, item) for item in shown] or None


def _type_of(api: TypeChecker, item: Expression) -> Type:
    """The type of an item by itself: in the context of the others it may be ``object``."""
    if api.has_type(item) and not _is_object(inside_artefact(api.lookup_type(item))):
        return api.lookup_type(item)
    with api.msg.filter_errors():
        return api.expr_checker.accept(item)


def _is_object(kind: Type | None) -> bool:
    found = None if kind is None else get_proper_type(kind)
    return isinstance(found, Instance) and found.type.fullname == "builtins.object"


def _artefact(context: FunctionContext, items: Type, values: Sequence[Type]) -> Type:
    api = checker(context)
    if isinstance(items, TupleType):
        fallback = api.named_generic_type("builtins.tuple", [unknown()])
        return artefact_of(api, TupleType(list(values), fallback))
    union = make_simplified_union(list(values))
    if isinstance(items, TypedDictType):
        text = api.named_generic_type("builtins.str", [])
        return artefact_of(api, api.named_generic_type("builtins.dict", [text, union]))
    return _without_object(context, union)


def _without_object(context: FunctionContext, union: Type) -> Type:
    """The union in the place of ``object``, if that is all that items have in common."""
    joined = get_proper_type(inside_artefact(context.default_return_type) or unknown())
    if not (isinstance(joined, Instance) and joined.args and _is_object(joined.args[-1])):
        return context.default_return_type
    kind = joined.copy_modified(args=[*joined.args[:-1], union])
    return artefact_of(checker(context), kind)
