"""``Annotated[float, "eV"]``: mypy forgets what is said of a type; here its unit is kept."""

from __future__ import annotations

from typing import cast

from mypy.nodes import Var
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
