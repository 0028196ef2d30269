"""Types that stand for others: unions, results, aliases that mention themselves, ``Never``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from returns.result import Failure, Success

from funsies.core.encoding.enums import LiteralNode
from funsies.core.encoding.node import (
    SHAPES,
    TAG,
    TYPE,
    CompositeNode,
    Node,
    shape_of,
    special_form,
)
from funsies.core.encoding.parts import Json
from funsies.core.encoding.refusal import TypeRefused, ValueRefused, show
from funsies.core.encoding.scalars import (
    BoolNode,
    ComplexNode,
    FloatNode,
    IntNode,
    ScalarNode,
    plain_scalar,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from funsies.core.encoding.node import ClassDefinitions


class NeverNode(Node):
    """``Never``: no value at all; the type of the items of an empty list."""

    label = "Never"
    accepts: frozenset[type] | None = frozenset()
    shapes: frozenset[str] = frozenset({"$never"})

    def encode(self, value: object) -> Json:
        """Refuse every value."""
        self.refuse(value)

    def decode(self, raw: Json) -> object:
        """Refuse everything."""
        self.refuse_json(raw)


class AliasNode(Node):
    """A ``type`` alias that mentions itself."""

    is_named = True

    def __init__(self, label: str) -> None:
        self.label = label
        self.target: Node = NeverNode()
        self.is_used = False

    def encode(self, value: object) -> Json:
        """Write the value as what the alias stands for."""
        return self.target.encode(value)

    def decode(self, raw: Json) -> object:
        """Read the value as what the alias stands for."""
        return self.target.decode(raw)

    def define(self, classes: ClassDefinitions, name: str) -> str:
        """Write what the alias stands for."""
        return f"type {name} = {self.target.describe(classes)}"

    def admits(self, value: object) -> bool:
        """True if what the alias stands for admits the value."""
        return self.target.admits(value)


_NUMERIC: Final = (BoolNode, IntNode, FloatNode, ComplexNode)


class UnionNode(CompositeNode):
    """``A | B``, or an abstract collection seen as the union of what may stand for it.

    A member whose JSON could be that of another one is tagged with its label; one of each
    such group goes without if JSON itself has its type.

    Attributes:
        alternatives: the members as they were given: unions and abstract collections are whole.
        members: the members in order, each of a concrete type.
    """

    rank = 0

    def __init__(self, members: Sequence[Node], label: str | None = None) -> None:
        self.alternatives: tuple[Node, ...] = tuple(members)
        self.members: tuple[Node, ...] = _in_order(members)
        super().__init__(*self.members)
        self._abstract_label = label
        if label is not None:
            self.label = label
        tags = _tags(self.members)
        self._by_tag = {tag: member for member, tag in tags if tag is not None}
        self._by_shape = {
            shape: member for member, tag in tags if tag is None for shape in member.shapes
        }
        self._plain_types = _plain_types(self._by_shape)
        self._by_type = _by_type(tags)
        self._plain = _plain_members(self._by_type)
        self._unknown = [(member, tag) for member, tag in tags if member.accepts is None]
        self.accepts: frozenset[type] | None = (
            None if self._unknown else frozenset(self._by_type)
        )
        self.shapes: frozenset[str] = frozenset(self._by_shape) | (
            {TAG} if self._by_tag else frozenset()
        )

    def encode(self, value: object) -> Json:
        """Write the value as its own type does."""
        candidates = self._by_type.get(type(value), self._unknown)
        if len(candidates) == 1:
            member, tag = candidates[0]
            raw = member.encode(value)
            return raw if tag is None else {TAG: tag, "value": raw}
        if not candidates:
            return self._encode_inexact(value)
        return self._encode_first(candidates, value)

    def encode_all(self, values: list[Any]) -> list[Any]:
        """Hand on plain values."""
        kinds = set(map(type, values))
        if kinds <= self._plain.keys() and all(
            self._plain[kind].are_plain(
                values if len(kinds) == 1 else [one for one in values if type(one) is kind]
            )
            for kind in kinds
        ):
            return values
        return super().encode_all(values)

    def decode_all(self, raws: list[Any]) -> list[Any]:
        """Hand on plain values."""
        if self._plain_types.issuperset(map(type, raws)):
            return raws
        return super().decode_all(raws)

    def _encode_inexact(self, value: object) -> Json:
        plain = plain_scalar(value)
        if plain is None or type(plain) not in self._by_type:
            return self.encode_other(value)
        return self.encode(plain)

    def _encode_first(
        self, candidates: Iterable[tuple[Node, str | None]], value: object
    ) -> Json:
        refusals: list[ValueRefused] = []
        for member, tag in candidates:
            try:
                raw = member.encode(value)
            except ValueRefused as refusal:
                refusals.append(refusal)
            else:
                return raw if tag is None else {TAG: tag, "value": raw}
        reasons = "; ".join(str(refusal) for refusal in refusals)
        raise ValueRefused(f"expected {self.label}, got {show(value)} ({reasons})")

    def decode(self, raw: Json) -> object:
        """Read the value as the type that its tag or its shape names."""
        shape = shape_of(raw)
        if shape == TYPE:
            return self.decode_other(raw)
        if shape != TAG:
            member = self._by_shape.get(shape)
            return self.decode_other(raw) if member is None else member.decode(raw)
        tag = special_form(raw, TAG)
        member = self._by_tag.get(tag) if type(tag) is str else None
        if member is None or type(raw) is not dict or "value" not in raw:
            raise ValueRefused(
                f"expected the JSON of {self.label}, found one tagged {show(tag)}"
            )
        return member.decode(raw["value"])

    def written(self, parts: Sequence[str]) -> str:
        """Write the members in order."""
        return " | ".join(parts)

    def describe(self, classes: ClassDefinitions) -> str:
        """Write the members in full; an abstract collection by its name and arguments, too."""
        text = super().describe(classes)
        return text if self._abstract_label is None else f"({self._abstract_label}: {text})"

    def admits(self, value: object) -> bool:
        """True if the value may stand where one of the members is asked for."""
        return any(member.admits(value) for member in self.members)


def _in_order(members: Sequence[Node]) -> tuple[Node, ...]:
    """Flatten and sort the members, so that ``A | B`` and ``B | A`` are the same."""
    flat: list[Node] = []
    for member in members:
        flat += member.members if isinstance(member, UnionNode) else (member,)
    ordered = sorted(dict.fromkeys(flat), key=_sort_key)
    kept: list[Node] = []
    for member in ordered:
        if not any(_stands_for(other, member) for other in kept):
            kept.append(member)
    return tuple(kept)


def _sort_key(member: Node) -> tuple[int, bool, int, str, str]:
    breadth = -len(member.accepts or ())
    is_literal = isinstance(member, LiteralNode)
    return member.rank, is_literal, breadth, member.label, member.signature()


def _stands_for(other: Node, member: Node) -> bool:
    """True if the other member encodes every value of this one in the same way."""
    if isinstance(member, LiteralNode) and other.is_same(member.base):
        return True
    if isinstance(other, _NUMERIC) and isinstance(member, _NUMERIC):
        return (member.accepts or frozenset()) <= (other.accepts or frozenset())
    if other.is_same(member):
        return True
    if (other.label, other.signature()) == (member.label, member.signature()):
        raise TypeRefused(
            f"a union of two types that are both called {member.label}", "rename one of the two"
        )
    return False


def _tags(members: tuple[Node, ...]) -> list[tuple[Node, str | None]]:
    tags: list[tuple[Node, str | None]] = []
    taken: set[str] = set()
    used: dict[str, int] = {}
    for member in members:
        others = frozenset[str]().union(
            *(other.shapes for other in members if other is not member)
        )
        clashes = member.shapes & (taken if member.rank == 0 else others)
        if clashes or not member.shapes:
            count = used[member.label] = used.get(member.label, 0) + 1
            tags.append((member, member.label if count == 1 else f"{member.label}#{count}"))
        else:
            taken |= member.shapes
            tags.append((member, None))
    return tags


def _plain_members(
    by_type: dict[type, list[tuple[Node, str | None]]],
) -> dict[type, ScalarNode]:
    """Types of which the values may be JSON data as they are, with the only member for each."""
    alone = {kind: each[0] for kind, each in by_type.items() if len(each) == 1}
    return {
        kind: member
        for kind, (member, tag) in alone.items()
        if tag is None and isinstance(member, ScalarNode)
    }


def _plain_types(by_shape: dict[str, Node]) -> frozenset[type]:
    """Types of JSON data that are values of a member as they are."""
    members = ((kind, by_shape.get(shape)) for kind, shape in SHAPES.items())
    return frozenset(
        kind
        for kind, member in members
        if isinstance(member, ScalarNode) and kind in member.plain_types
    )


def _by_type(tags: list[tuple[Node, str | None]]) -> dict[type, list[tuple[Node, str | None]]]:
    unknown = [(member, tag) for member, tag in tags if member.accepts is None]
    table: dict[type, list[tuple[Node, str | None]]] = {}
    for member, tag in tags:
        for kind in member.accepts or ():
            table.setdefault(kind, []).append((member, tag))
    for candidates in table.values():
        candidates.extend(unknown)
    return table


class ResultNode(CompositeNode):
    """A ``Success`` or a ``Failure``."""

    template = "Result[{}, {}]"
    accepts: frozenset[type] | None = frozenset({Success, Failure})
    shapes: frozenset[str] = frozenset({"$success", "$failure"})

    def __init__(self, success: Node, failure: Node) -> None:
        super().__init__(success, failure)
        self.success = success
        self.failure = failure

    def encode(self, value: object) -> Json:
        """Write which of the two it is, and what it holds."""
        if isinstance(value, Success):
            return {"$success": self._encode_part(self.success, value.unwrap())}
        if isinstance(value, Failure):
            return {"$failure": self._encode_part(self.failure, value.failure())}
        return self.refuse(value)

    def _encode_part(self, node: Node, value: object) -> Json:
        try:
            return node.encode(value)
        except ValueRefused as refusal:
            raise refusal.at(".success" if node is self.success else ".failure") from None

    def decode(self, raw: Json) -> object:
        """Read which of the two it is, and what it holds."""
        if type(raw) is dict and raw.keys() == {"$success"}:
            return Success(self.success.decode(raw["$success"]))
        if type(raw) is dict and raw.keys() == {"$failure"}:
            return Failure(self.failure.decode(raw["$failure"]))
        return self.refuse_json(raw)
