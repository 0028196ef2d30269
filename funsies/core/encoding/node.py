"""What every compiled type can do: turn a value into JSON data and back, and say what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn

from funsies.core.encoding.parts import read_with, written
from funsies.core.encoding.refusal import ValueRefused, conversion, remedy_for_items, show

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from typing_extensions import Buffer

    from funsies.core.encoding.layouts import Layout
    from funsies.core.encoding.parts import Encoded, Json

JSON: Final = "json"
"""How most values are called where they are stored: JSON, and parts behind it."""

NULL: Final = "null"
BOOLEAN: Final = "boolean"
INTEGER: Final = "integer"
NUMBER: Final = "number"
STRING: Final = "string"
ARRAY: Final = "array"
OBJECT: Final = "object"
"""The shapes that JSON data can have. An object whose first key begins with ``$`` is a special
form, and has that key as its shape."""

TAG: Final = "$as"
"""The special form that names the member of a union: ``{"$as": "Atom", "value": ...}``."""

TYPE: Final = "$type"
"""The special form that names the class of a value: ``{"$type": "Decimal", "value": "1"}``."""

SHAPES: Final[dict[type, str]] = {
    type(None): NULL,
    bool: BOOLEAN,
    int: INTEGER,
    float: NUMBER,
    str: STRING,
    list: ARRAY,
}


class Node:
    """A type, compiled: an encoder and a decoder of its values.

    Attributes:
        label: the type as a reader would write it; names it in messages and unions.
        accepts: the exact types of the values that it encodes; None if that is not known.
        shapes: the shapes of the JSON data that it makes.
        rank: 0 for types that JSON itself has: in a union they go without a tag.
        wire: how whole values are called where they are stored.
    """

    label: str = ""
    accepts: frozenset[type] | None = None
    shapes: frozenset[str] = frozenset()
    rank: int = 1
    wire: str = JSON
    plain_keys: ClassVar[bool] = False
    """True if the type is ``str``, which JSON has for keys."""
    is_named: ClassVar[bool] = False
    """True for classes: they have a definition, and are the same only if they are identical."""

    def encode(self, value: object) -> Json:
        """Turn a value into JSON data, or raise ValueRefused."""
        raise NotImplementedError

    def decode(self, raw: Json) -> object:
        """Turn JSON data back into a value, or raise ValueRefused."""
        raise NotImplementedError

    def to_bytes(self, value: object) -> Encoded:
        """Turn a whole value into bytes, or raise ValueRefused."""
        return written(self.encode(value))

    def from_bytes(self, data: Buffer) -> Any:
        """Turn bytes back into a whole value, or raise ValueRefused."""
        return read_with(self.decode, data)

    def encode_all(self, values: list[Any]) -> list[Any]:
        """Turn many values into JSON data at once; the very same list if they are JSON data.

        Raises:
            ValueRefused: if one of them is not of this type, with its position.
        """
        return _one_by_one(self.encode, values)

    def decode_all(self, raws: list[Any]) -> list[Any]:
        """Turn many JSON data into values at once; the very same list if they are the values.

        Raises:
            ValueRefused: if one of them is not that of a value, with its position.
        """
        return _one_by_one(self.decode, raws)

    def children(self) -> tuple[Node, ...]:
        """The types that this one is made of, in order."""
        return ()

    def parts(self) -> list[Node]:
        """The type itself, and all that it is made of, deeply."""
        found: dict[int, Node] = {}
        pending: list[Node] = [self]
        while pending:
            node = pending.pop()
            if id(node) not in found:
                found[id(node)] = node
                pending += node.children()
        return list(found.values())

    def signature(self) -> str:
        """Tell types of one label apart by what is known before their parts are compiled."""
        return " ".join((self.label, *(child.signature() for child in self.children())))

    def is_same(self, other: Node) -> bool:
        """True if the two are the same type, compiled twice."""
        if self is other or self.is_named or type(self) is not type(other):
            return self is other
        mine, theirs = self.children(), other.children()
        return (
            self.label == other.label
            and len(mine) == len(theirs)
            and all(child.is_same(match) for child, match in zip(mine, theirs, strict=True))
        )

    def describe(self, classes: ClassDefinitions) -> str:
        """Write the type in full, with the definitions of its classes left to them."""
        return classes.mention(self) if self.is_named else self.label

    def define(self, classes: ClassDefinitions, name: str) -> str:
        """Write the definition of a class under the name."""
        raise NotImplementedError

    def admits(self, value: object) -> bool:
        """True if the value may stand where this type is asked for (subclasses may)."""
        try:
            self.encode(value)
        except ValueRefused:
            return self._is_subclass_instance(value)
        return True

    def admits_all(self, values: list[Any]) -> bool:
        """True if all of the values may stand where this type is asked for."""
        return all(map(self.admits, values))

    def clashes(self, produced: Node) -> bool:  # noqa: ARG002  (for types that say more)
        """True if no value of what is produced can be one of this type, of the same class."""
        return False

    def layouts(self) -> tuple[Layout, ...]:
        """What is said of data types and axes, for arrays and the like."""
        return ()

    def _is_subclass_instance(self, value: object) -> bool:
        accepts, kind = self.accepts or frozenset(), type(value)
        is_exact = kind in accepts or kind is bool  # which JSON has, and does not name
        return not is_exact and isinstance(value, tuple(accepts))

    def encode_other(self, value: object) -> Json:
        """Write a value of a subclass with the name of its class, or refuse the value."""
        from funsies.core.encoding.described import encode_described  # noqa: PLC0415 - it uses this

        is_one = self._is_subclass_instance(value)
        if not is_one or (self.children() and not self.admits(value)):
            self.refuse(value)
        return encode_described(value)

    def decode_other(self, raw: Json) -> object:
        """Read a value of a subclass that says so, or refuse the data."""
        from funsies.core.encoding.described import (  # noqa: PLC0415 - it uses this
            decode_other,
            says_its_class,
        )

        if not says_its_class(raw):
            self.refuse_json(raw)
        value = decode_other(raw)
        if not self._is_subclass_instance(value):
            self.refuse_json(raw)
        return value

    def refuse(self, value: object) -> NoReturn:
        """Say that the value is not of this type."""
        raise ValueRefused(f"expected {self.label}, got {show(value)}{_remedy(self, value)}")

    def refuse_json(self, raw: Json) -> NoReturn:
        """Say that the JSON data are not those of a value of this type."""
        raise ValueRefused(f"expected the JSON of {self.label}, found {show(raw)}")


class CompositeNode(Node):
    """A type that is made of others, and is written with what these are called.

    Attributes:
        template: how it is written, with ``{}`` for each part.

    Args:
        parts: the types that it is made of, in order.
    """

    template: ClassVar[str]

    def __init__(self, *parts: Node) -> None:
        self._children = parts
        self.label: str = self.written([part.label for part in parts])

    def written(self, parts: Sequence[str]) -> str:
        """Write the type, with these texts for its parts."""
        return self.template.format(*parts)

    def children(self) -> tuple[Node, ...]:
        """The types that it is made of."""
        return self._children

    def describe(self, classes: ClassDefinitions) -> str:
        """Write the type with its parts in full."""
        return self.written([part.describe(classes) for part in self._children])


def _one_by_one(act: Callable[[Any], Any], values: list[Any]) -> list[Any]:
    done: list[Any] = []
    try:
        for value in values:
            done.append(act(value))  # noqa: PERF401  (its length is the position)
    except ValueRefused as refusal:
        refusal.position = len(done)
        raise
    return done


def _remedy(node: Node, value: object) -> str:
    accepts = node.accepts or frozenset()
    kind = type(value)
    if any(kind.__qualname__ == each.__qualname__ and kind is not each for each in accepts):
        return (
            " (another class of the same name: was the module loaded twice, or the cell of a "
            "notebook run again? Then run again what names the class, too)"
        )
    if way := remedy_for_items(kind, accepts) or conversion(kind, accepts):
        return f" ({way})"
    if node._is_subclass_instance(value):  # noqa: SLF001  (a function of this module)
        return " (a subclass, of which more than that would be lost: convert it)"
    return ""


def shape_of(raw: Json) -> str:
    """Say which shape JSON data have."""
    shape = SHAPES.get(type(raw))
    if shape is None:
        assert isinstance(raw, dict)  # noqa: S101  (JSON data have no other type)
        first = next(iter(raw), "")
        shape = first if first.startswith("$") else OBJECT
    return shape


def special_form(raw: Json, key: str) -> Json:
    """Return what stands under the key of a special form; None if the data are not that."""
    if type(raw) is dict and key in raw:
        found: Json = raw[key]
        return found
    return None


class ClassDefinitions:
    """The names given to classes while one descriptor is written."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._taken: dict[str, int] = {}
        self._pending: list[tuple[Node, str]] = []

    def mention(self, node: Node) -> str:
        """Return the name of a class; the first mention asks for its definition."""
        name = self._names.get(id(node))
        if name is None:
            name = self._names[id(node)] = self._free_name(node.label)
            self._pending.append((node, name))
        return name

    def _free_name(self, label: str) -> str:
        count = self._taken[label] = self._taken.get(label, 0) + 1
        return label if count == 1 else f"{label}#{count}"

    def definitions(self) -> list[str]:
        """Write the definitions asked for, and those that they ask for."""
        lines: list[str] = []
        while self._pending:
            node, name = self._pending.pop(0)
            lines.append(node.define(self, name))
        return lines
