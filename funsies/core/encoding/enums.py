"""Enumerations by member name, flags by value, and literals."""

from __future__ import annotations

from enum import Enum, Flag
from typing import TYPE_CHECKING

from funsies.core.encoding.bulk import LARGEST, SMALLEST
from funsies.core.encoding.node import STRING, Node
from funsies.core.encoding.parts import Json
from funsies.core.encoding.refusal import TypeRefused, ValueRefused, type_name
from funsies.core.encoding.scalars import (
    BoolNode,
    BytesNode,
    IntNode,
    NoneNode,
    StrNode,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from funsies.core.encoding.node import ClassDefinitions

_INT = IntNode()
_SHOWN_VALUES = (str, int, float, bool, bytes, type(None))


class EnumNode(Node):
    """An ``Enum`` of any kind: the member's name."""

    shapes: frozenset[str] = frozenset({STRING})
    is_named = True

    def __init__(self, kind: type[Enum]) -> None:
        self.kind = kind
        self.label: str = type_name(kind)
        self.accepts: frozenset[type] | None = frozenset({kind})

    def encode(self, value: object) -> Json:
        """Write the name."""
        if not isinstance(value, Enum) or type(value) is not self.kind:
            self.refuse(value)
        if self.kind.__members__.get(value.name) is not value:
            raise ValueRefused(f"{self.label} has no member {value.name!a}")
        return value.name

    def decode(self, raw: Json) -> object:
        """Look the name up."""
        member = self.kind.__members__.get(raw) if type(raw) is str else None
        if member is None:
            self.refuse_json(raw)
        return member

    def signature(self) -> str:
        """The names of the members."""
        return f"{self.label}({', '.join(self.kind.__members__)})"

    def define(self, classes: ClassDefinitions, name: str) -> str:  # noqa: ARG002  (members mention no class)
        """Write the members with their values."""
        members = self.kind.__members__.items()
        text = ", ".join(f"{key}={_stable(member.value)}" for key, member in members)
        return f"{'flag' if issubclass(self.kind, Flag) else 'enum'} {name}({text})"


def _stable(value: object) -> str:
    """Write a member's value if that is the same in every process, else its type."""
    if isinstance(value, tuple):
        return f"({', '.join(map(_stable, value))})"
    if type(value) in _SHOWN_VALUES:
        return ascii(value)
    return type_name(type(value))


class FlagNode(EnumNode):
    """A ``Flag``: the integer that stands for its combination of members."""

    shapes: frozenset[str] = IntNode.shapes
    kind: type[Flag]

    def encode(self, value: object) -> Json:
        """Write the integer."""
        if not isinstance(value, Flag) or type(value) is not self.kind:
            self.refuse(value)
        return _INT.encode(value.value)

    def decode(self, raw: Json) -> object:
        """Read the integer."""
        number = _INT.decode(raw)
        try:
            value = self.kind(number)
        except ValueError:
            self.refuse_json(raw)
        if type(value) is not self.kind or value.value != number:
            self.refuse_json(raw)
        return value


class LiteralNode(Node):
    """``Literal`` values of one type."""

    rank: int = 0

    def __init__(self, base: Node, values: Sequence[object]) -> None:
        self.base = base
        self.values: dict[object, Json] = {value: base.encode(value) for value in values}
        self.label: str = f"Literal[{', '.join(sorted(map(_literal_text, values)))}]"
        self.accepts: frozenset[type] | None = frozenset({type(values[0])})
        self.shapes: frozenset[str] = base.shapes
        self.rank = base.rank

    def encode(self, value: object) -> Json:
        """Write the value as its type does."""
        if type(value) not in (self.accepts or ()) or value not in self.values:
            self.refuse(value)
        return self.values[value]

    def decode(self, raw: Json) -> object:
        """Read the value as its type does."""
        value = self.base.decode(raw)
        if type(value) not in (self.accepts or ()) or value not in self.values:
            self.refuse_json(raw)
        return value

    def admits(self, value: object) -> bool:
        """True of the values alone: 1 does not name the member of an ``IntEnum``."""
        return type(value) in (self.accepts or ()) and value in self.values

    def children(self) -> tuple[Node, ...]:
        """The type of the values."""
        return (self.base,)

    def describe(self, classes: ClassDefinitions) -> str:
        """Write the values; those of an enumeration mention it."""
        if isinstance(self.base, EnumNode):
            classes.mention(self.base)
        return self.label


_LITERAL_BASES: dict[type, type[Node]] = {
    bool: BoolNode,
    int: IntNode,
    str: StrNode,
    bytes: BytesNode,
    type(None): NoneNode,
}


def _literal_text(value: object) -> str:
    if isinstance(value, Enum):
        return f"{type_name(type(value))}.{value.name}"
    is_long = type(value) is int and not SMALLEST <= value <= LARGEST
    return hex(value) if is_long else ascii(value)  # type: ignore[arg-type]  # an int


def literal_nodes(
    values: Sequence[object], compile_enum: Callable[[type[Enum]], Node]
) -> list[Node]:
    """Compile the values of a ``Literal``, one node for each of their types."""
    by_type: dict[type, list[object]] = {}
    for value in values:
        by_type.setdefault(type(value), []).append(value)
    nodes: list[Node] = []
    for kind, group in by_type.items():
        base = compile_enum(kind) if issubclass(kind, Enum) else _literal_base(kind)
        nodes.append(base if kind is type(None) else LiteralNode(base, group))
    return nodes


def _literal_base(kind: type) -> Node:
    base = _LITERAL_BASES.get(kind)
    if base is None:
        raise TypeRefused(
            f"a Literal of type {type_name(kind)}", "use str, int, bool, bytes or an Enum"
        )
    return base()


def enum_node(kind: type[Enum]) -> EnumNode:
    """Compile an enumeration."""
    return FlagNode(kind) if issubclass(kind, Flag) else EnumNode(kind)
