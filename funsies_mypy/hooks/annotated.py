"""``Annotated[float, "eV"]``: mypy forgets what is said of a type; here its unit is kept."""

from __future__ import annotations

from typing import TypeGuard, cast

from mypy.nodes import (
    AssignmentStmt,
    Expression,
    IndexExpr,
    MemberExpr,
    MypyFile,
    NameExpr,
    StrExpr,
    TupleExpr,
    Var,
)
from mypy.plugin import AnalyzeTypeContext
from mypy.typeanal import TypeAnalyser
from mypy.types import ExtraAttrs, Instance, LiteralType, RawExpressionType, Type, UnboundType

from funsies_mypy.physical import UNIT, UNIT_MEMBER
from funsies_mypy.units import is_unit


def keep_unit(context: AnalyzeTypeContext) -> Type:
    """The type that mypy makes of it, with the first unit among what is said of it."""
    analyser, written = cast(TypeAnalyser, context.api), context.type
    kind = analyser.try_analyze_special_unbound_type(written, "typing.Annotated")
    assert kind is not None  # noqa: S101 - for the type checker: that name is known to it
    if isinstance(kind, Instance) and kind.extra_attrs is None:
        for metadata in written.args[1:]:
            found = _unit(analyser, metadata)
            if found is not None:
                name, value = found
                text = LiteralType(value, analyser.named_type("builtins.str"))
                kind = kind.copy_modified()
                kind.extra_attrs = ExtraAttrs({name: text}, set(), None)
                break
    return kind


def keep_units_of_aliases(file: MypyFile) -> None:
    """``eV = Annotated[float, "eV"]``: let the alias be read as an annotation is.

    Of such an expression mypy looks at ``float`` alone. Where that is a text, it reads the text
    as it reads annotations, so the whole is put there once more.
    """
    for statement in file.defs:
        written = statement.rvalue if isinstance(statement, AssignmentStmt) else None
        if isinstance(written, IndexExpr) and isinstance(written.index, TupleExpr):
            base, items = _dotted(written.base), written.index.items
            inside, units = "".join(map(_dotted, items[:1])), list(filter(_is_unit, items[1:]))
            if base.rpartition(".")[2] == "Annotated" and inside and units:
                text = StrExpr(f'{base}[{inside}, "{units[0].value}"]')
                text.set_line(items[0])
                items[0] = text


def _is_unit(expression: Expression) -> TypeGuard[StrExpr]:
    return isinstance(expression, StrExpr) and is_unit(expression.value)


def _dotted(expression: Expression) -> str:
    """``module.Class`` as it is written; "" of anything else."""
    if isinstance(expression, NameExpr):
        return expression.name
    if isinstance(expression, MemberExpr):
        owner = _dotted(expression.expr)
        return f"{owner}.{expression.name}" if owner else ""
    return ""


def _unit(analyser: TypeAnalyser, metadata: Type) -> tuple[str, str] | None:
    """A text, or a member of an enum that is called a unit; None if it is none of them."""
    text = _text(metadata)
    if text is not None:
        return (UNIT, text) if is_unit(text) else None
    if isinstance(metadata, UnboundType) and "." in metadata.name:
        symbol = analyser.lookup_qualified(metadata.name, metadata, suppress_errors=True)
        node = None if symbol is None else symbol.node
        if isinstance(node, Var) and node.info and node.info.is_enum:
            is_called_so = any("Unit" in base.name for base in node.info.mro)
            return (UNIT_MEMBER, node.fullname) if is_called_so else None
    return None


def _text(metadata: Type) -> str | None:
    if isinstance(metadata, RawExpressionType):
        value = metadata.literal_value
        return value if isinstance(value, str) else None
    if isinstance(metadata, UnboundType) and metadata.original_str_fallback == "builtins.str":
        return metadata.original_str_expr
    return None
