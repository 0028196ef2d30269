"""Texts that the program spells out: as literals, or as names that are bound once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mypy.checker import TypeChecker
from mypy.nodes import (
    BytesExpr,
    CallExpr,
    DictExpr,
    Expression,
    ListExpr,
    RefExpr,
    SetExpr,
    StarExpr,
    StrExpr,
    TupleExpr,
    Var,
)
from mypy.types import Instance, TupleType, Type, get_proper_type

from .types import literal_value, union_items
from .walk import uses_of_variables


def text_of(api: TypeChecker, expression: Expression) -> str | None:
    """The text that an expression always is; None if that is not known."""
    if isinstance(expression, StrExpr):
        return expression.value
    if isinstance(expression, BytesExpr):
        return expression.value
    if isinstance(expression, RefExpr) and isinstance(expression.node, Var):
        final = expression.node.final_value
        if isinstance(final, str):
            return final
        value = only_value(api, expression.node)
        if isinstance(value, (StrExpr, BytesExpr)):
            return value.value
    literal = literal_value(api.lookup_type(expression)) if api.has_type(expression) else None
    return literal if isinstance(literal, str) else None


def only_value(api: TypeChecker, variable: Var) -> Expression | None:
    """What is assigned to a variable of this file, if nothing else is."""
    uses = uses_of_variables(api.tree).get(variable)
    is_bound_once = uses is not None and uses.bound == len(uses.given) == 1
    return uses.given[0] if uses is not None and is_bound_once and not variable.info else None


def texts_of(
    api: TypeChecker, expression: Expression, kind: Type
) -> list[tuple[str, Expression]] | None:
    """The texts that a collection always consists of, and where each is written.

    Returns:
        None if they are not known.
    """
    if isinstance(expression, (ListExpr, TupleExpr, SetExpr)):
        return _texts_of_items(api, expression.items)
    found = get_proper_type(kind)
    if isinstance(found, TupleType):
        return _literals(found.items, expression)
    if isinstance(found, Instance) and found.args and found.type.has_base("typing.Iterable"):
        return _literals(list(union_items(found.args[0])), expression)
    return None


def _texts_of_items(
    api: TypeChecker, items: Sequence[Expression]
) -> list[tuple[str, Expression]] | None:
    texts: list[tuple[str, Expression]] = []
    for item in items:
        if isinstance(item, StarExpr):
            kind = api.lookup_type(item.expr) if api.has_type(item.expr) else None
            inner = None if kind is None else texts_of(api, item.expr, kind)
            if inner is None:
                return None
            texts.extend(inner)
        else:
            text = text_of(api, item)
            if text is None:
                return None
            texts.append((text, item))
    return texts


def _literals(
    kinds: Sequence[Type], expression: Expression
) -> list[tuple[str, Expression]] | None:
    values = [literal_value(kind) for kind in kinds]
    texts = [(value, expression) for value in values if isinstance(value, str)]
    return texts if len(texts) == len(values) else None


def keys_of(
    api: TypeChecker, expression: Expression | None
) -> Iterator[tuple[str, Expression]]:
    """The literal keys of a dict that is written out, and where they are."""
    for key, _, where in _items_of(api, expression):
        if key is not None:
            yield key, where


def items_of(api: TypeChecker, expression: Expression | None) -> dict[str, Expression] | None:
    """The items of a dict that is written out; None if one of the keys is not known."""
    if not is_written_out(expression):
        return None
    items = list(_items_of(api, expression))
    known = {key: value for key, value, _ in items if key is not None}
    return known if all(key is not None for key, _, _ in items) else None


def all_keys_of(
    api: TypeChecker, expression: Expression | None
) -> list[tuple[str, Expression]] | None:
    """The keys of a dict that is written out; None if one of them is not known."""
    if items_of(api, expression) is None:
        return None
    return list(keys_of(api, expression))


def is_written_out(expression: Expression | None) -> bool:
    """True of ``{...}`` and ``dict(...)``."""
    return isinstance(expression, DictExpr) or (
        isinstance(expression, CallExpr)
        and isinstance(expression.callee, RefExpr)
        and expression.callee.fullname == "builtins.dict"
    )


def _items_of(
    api: TypeChecker, expression: Expression | None
) -> Iterator[tuple[str | None, Expression, Expression]]:
    """Key, value, and where the key stands; the key is None if it is not known."""
    if isinstance(expression, DictExpr):
        for key, value in expression.items:
            text = None if key is None else text_of(api, key)
            yield text, value, value if key is None else key
    elif isinstance(expression, CallExpr) and is_written_out(expression):
        for name, value in zip(expression.arg_names, expression.args, strict=True):
            yield name, value, value
