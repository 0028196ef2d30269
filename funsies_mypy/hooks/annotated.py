"""``Annotated[float, "eV"]``: mypy forgets what is said of a type; here some of it is kept.

That is the unit, and the shape and the data type of an array: ``Annotated[np.ndarray,
Shape["*", 3], np.float64]``, or ``Float[np.ndarray, "n 3"]``, since for type checkers the names
of jaxtyping are other names of ``Annotated``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    EllipsisExpr,
    Expression,
    IndexExpr,
    IntExpr,
    MemberExpr,
    MypyFile,
    NameExpr,
    StrExpr,
    TupleExpr,
    Var,
)
from mypy.plugin import AnalyzeTypeContext
from mypy.typeanal import TypeAnalyser
from mypy.types import (
    EllipsisType,
    ExtraAttrs,
    Instance,
    LiteralType,
    RawExpressionType,
    TupleType,
    Type,
    TypeAliasType,
    UnboundType,
    get_proper_type,
)

from funsies.core.units import is_unit
from funsies_mypy.layouts import (
    DTYPES,
    DTYPES_SHOWN,
    JAXTYPING,
    SHAPE,
    SHAPE_SHOWN,
    dtypes_of_class,
    dtypes_of_jaxtyping,
)
from funsies_mypy.names import SHAPE as SHAPE_NAME
from funsies_mypy.physical import UNIT, UNIT_MEMBER
from funsies_mypy.walk import walk


def source(expression: Expression) -> str:
    """``module.Class[int, "text"]`` as it is written; "" of anything else."""
    if isinstance(expression, NameExpr):
        return expression.name
    if isinstance(expression, StrExpr):
        return json.dumps(expression.value)
    if isinstance(expression, IntExpr):
        return str(expression.value)
    if isinstance(expression, EllipsisExpr):
        return "..."
    if isinstance(expression, MemberExpr):
        owner = source(expression.expr)
        return owner and f"{owner}.{expression.name}"
    return _indexed(expression) if isinstance(expression, IndexExpr) else ""


def _indexed(expression: IndexExpr) -> str:
    index = expression.index
    each = index.items if isinstance(index, TupleExpr) else [index]
    owner, arguments = source(expression.base), list(map(source, each))
    is_known = bool(owner) and all(arguments)
    return f"{owner}[{', '.join(arguments) or '()'}]" if is_known else ""


def keep_metadata(context: AnalyzeTypeContext) -> Type:
    """The type that mypy makes of it, with what is kept of that which is said of it."""
    analyser, written = cast(TypeAnalyser, context.api), context.type
    kind = analyser.try_analyze_special_unbound_type(written, "typing.Annotated")
    assert kind is not None  # noqa: S101 - for the type checker: that name is known to it
    told, inside = dict(_told(analyser, written)), _inside(kind)
    if not told or inside is None:
        return kind
    kept = inside.extra_attrs.attrs if inside.extra_attrs else {}
    inside = inside.copy_modified()
    inside.extra_attrs = ExtraAttrs({**_literals(analyser, told), **kept}, set(), None)
    return inside


def _inside(kind: Type) -> Instance | None:
    """A class, also behind an alias such as ``NDArray``; None for all else."""
    if isinstance(kind, TypeAliasType) and (kind.alias is None or kind.is_recursive):
        return None
    found = get_proper_type(kind)
    return found if isinstance(found, Instance) else None


def keep_metadata_of_aliases(file: MypyFile) -> None:
    """``eV = Annotated[float, "eV"]``: let the alias be read as an annotation is.

    Of such an expression mypy looks at ``float`` alone. Where that is a text, it reads the text
    as it reads annotations, so the whole is put there once more. Only not where ``isinstance``
    asks for the alias, which then has to be a class without arguments.
    """
    aliases = dict(_aliases(file))
    asked = set(_asked_for(file)) if aliases else set()
    for name, written in aliases.items():
        whole = source(written)
        if whole and name not in asked and isinstance(written.index, TupleExpr):
            text = StrExpr(whole)
            text.set_line(written.index.items[0])
            written.index.items[0] = text


def _aliases(file: MypyFile) -> Iterator[tuple[str, IndexExpr]]:
    for statement in file.defs:
        written = statement.rvalue if isinstance(statement, AssignmentStmt) else None
        if not isinstance(written, IndexExpr) or not isinstance(written.index, TupleExpr):
            continue
        if _is_kept(written.base, written.index.items[1:]):
            yield source(cast(AssignmentStmt, statement).lvalues[0]), written


def _asked_for(file: MypyFile) -> Iterator[str]:
    """Names by which ``isinstance`` is called."""
    for node in walk(file):
        if isinstance(node, CallExpr) and source(node.callee) == "isinstance":
            yield from (source(each) for each in walk(node) if isinstance(each, NameExpr))


def _is_kept(base: Expression, metadata: Sequence[Expression]) -> bool:
    """True if something of what is said of a type may be kept."""
    name = _last_name(base)
    return name in JAXTYPING or (name == "Annotated" and any(map(_may_say, metadata)))


def _may_say(metadata: Expression) -> bool:
    if isinstance(metadata, StrExpr):
        return is_unit(metadata.value)
    if isinstance(metadata, IndexExpr):
        return _last_name(metadata.base) == SHAPE_NAME.rpartition(".")[2]
    return bool(dtypes_of_class(_last_name(metadata)))


def _last_name(expression: Expression) -> str:
    return source(expression).rpartition(".")[2]


def _literals(analyser: TypeAnalyser, told: Mapping[str, str]) -> dict[str, Type]:
    text = analyser.named_type("builtins.str")
    return {name: LiteralType(value, text) for name, value in told.items()}


def _told(analyser: TypeAnalyser, written: UnboundType) -> Iterator[tuple[str, str]]:
    """What is said of a type: of each thing the first."""
    name, metadata = written.name.rpartition(".")[2], written.args[1:]
    if name in JAXTYPING and len(metadata) == 1:
        yield from _of_jaxtyping(name, _text(metadata[0]))
        return
    units = (found for each in metadata if (found := _unit(analyser, each)))
    shapes = (found for each in metadata if (found := _shape(analyser, each)) is not None)
    if unit := next(units, None):
        yield unit
    if shape := next(shapes, None):
        yield SHAPE, shape[0]
        yield SHAPE_SHOWN, shape[1]
    if dtypes := [name for each in metadata for name in _dtypes(analyser, each)]:
        yield DTYPES, " ".join(dtypes)
        yield DTYPES_SHOWN, " | ".join(dtypes)


def _of_jaxtyping(name: str, shape: str | None) -> Iterator[tuple[str, str]]:
    if shape is not None:
        yield SHAPE, shape
        yield SHAPE_SHOWN, f'"{shape}"'
    if dtypes := dtypes_of_jaxtyping(name):
        yield DTYPES, " ".join(dtypes)
        yield DTYPES_SHOWN, name


def _shape(analyser: TypeAnalyser, metadata: Type) -> tuple[str, str] | None:
    """The axes of ``Shape["*", 3]``, and how they are shown; None if it is no such thing."""
    if not isinstance(metadata, UnboundType) or not metadata.args:
        return None
    if _full_name(analyser, metadata) != SHAPE_NAME:
        return None
    sizes = [_size(each) for each in metadata.args]
    if isinstance(metadata.args[0], TupleType):  # Shape[()]
        sizes = []
    if not all(sizes):
        return None
    words = ["_" if each == "*" else each for each in sizes if each]
    return " ".join(words), f"({', '.join(each or '' for each in sizes)})"


def _size(size: Type) -> str | None:
    if isinstance(size, EllipsisType):
        return "..."
    if isinstance(size, RawExpressionType) and type(size.literal_value) is int:
        return str(size.literal_value)
    return _text(size)


def _dtypes(analyser: TypeAnalyser, metadata: Type) -> tuple[str, ...]:
    """The data types of ``np.float64``; none if it is no class of NumPy's scalars."""
    if not isinstance(metadata, UnboundType) or _text(metadata) is not None:
        return ()
    package, _, name = _full_name(analyser, metadata).rpartition(".")
    return dtypes_of_class(name) if package == "numpy" else ()


def _full_name(analyser: TypeAnalyser, written: UnboundType) -> str:
    symbol = analyser.lookup_qualified(written.name, written, suppress_errors=True)
    return "" if symbol is None else symbol.fullname or ""


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
