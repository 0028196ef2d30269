"""Small types of the standard library: exact numbers, identifiers, paths, patterns, buffers."""

from __future__ import annotations

import re
import sys
from array import array
from decimal import InvalidOperation
from fractions import Fraction
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any, Final

from funsies.core.encoding.node import STRING, CompositeNode, Node, special_form
from funsies.core.encoding.parts import Json
from funsies.core.encoding.refusal import ValueRefused
from funsies.core.encoding.scalars import (
    BytesNode,
    IntNode,
    decode_special,
    encode_int,
    encode_text,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import PurePath


_INT = IntNode()
INTERNET: Final = (
    *(IPv4Address, IPv6Address),
    *(IPv4Interface, IPv6Interface),
    *(IPv4Network, IPv6Network),
)


class NotationNode(Node):
    """A type whose text says all of a value: ``Decimal``, ``UUID``, ``IPv4Address``.

    Args:
        kind: the type. Called with the text it gives the value: a ``Decimal`` is exact,
            whatever the context's precision.
    """

    shapes: frozenset[str] = frozenset({STRING})

    def __init__(self, kind: Callable[[str], Any]) -> None:
        assert isinstance(kind, type)  # noqa: S101 - for the type checker
        self.kind: type = kind
        self.label: str = kind.__name__
        self.accepts: frozenset[type] | None = frozenset({kind})

    def encode(self, value: object) -> Json:
        """Write the usual notation."""
        if type(value) is not self.kind:
            self.refuse(value)
        return str(value)

    def decode(self, raw: Json) -> object:
        """Read the usual notation."""
        if type(raw) is not str:
            self.refuse_json(raw)
        try:
            return self.kind(raw)
        except (ValueError, InvalidOperation):
            self.refuse_json(raw)


class FractionNode(Node):
    """``Fraction``: numerator and denominator."""

    label = "Fraction"
    accepts: frozenset[type] | None = frozenset({Fraction})
    shapes: frozenset[str] = frozenset({"$fraction"})

    def encode(self, value: object) -> Json:
        """Write the pair of integers."""
        if type(value) is not Fraction:
            self.refuse(value)
        return {"$fraction": [encode_int(value.numerator), encode_int(value.denominator)]}

    def decode(self, raw: Json) -> object:
        """Read the pair of integers."""
        numerator, denominator = decode_ints(self, raw, "$fraction", 2)
        if numerator is None or not denominator:
            self.refuse_json(raw)
        return Fraction(numerator, denominator)


class PathNode(Node):
    """A class of paths: the path as text."""

    shapes: frozenset[str] = frozenset({STRING, "$str"})

    def __init__(self, kind: type[PurePath]) -> None:
        self.kind: type[PurePath] = type(kind())
        self.label: str = kind.__name__
        self.accepts: frozenset[type] | None = frozenset({self.kind})

    def encode(self, value: object) -> Json:
        """Write the path as text."""
        if type(value) is not self.kind:
            self.refuse(value)
        return encode_text(str(value))

    def decode(self, raw: Json) -> object:
        """Read the path."""
        text = raw if type(raw) is str else decode_special(raw)
        if type(text) is not str:
            self.refuse_json(raw)
        return self.kind(text)


def pure_path_nodes() -> list[Node]:
    """The classes that may stand for ``PurePath``."""
    return [PathNode(kind) for kind in (Path, PurePosixPath, PureWindowsPath)]


class RangeNode(Node):
    """``range``: start, stop and step."""

    label = "range"
    accepts: frozenset[type] | None = frozenset({range})
    shapes: frozenset[str] = frozenset({"$range"})

    def encode(self, value: object) -> Json:
        """Write the three integers."""
        if type(value) is not range:
            self.refuse(value)
        return {"$range": [_INT.encode(part) for part in (value.start, value.stop, value.step)]}

    def decode(self, raw: Json) -> object:
        """Read the three integers."""
        start, stop, step = decode_ints(self, raw, "$range", 3)
        if start is None or stop is None or not step:
            self.refuse_json(raw)
        return range(start, stop, step)


class SliceNode(Node):
    """``slice`` of integers: start, stop and step, each of which may be None."""

    label = "slice"
    accepts: frozenset[type] | None = frozenset({slice})
    shapes: frozenset[str] = frozenset({"$slice"})

    def encode(self, value: object) -> Json:
        """Write the three parts."""
        if type(value) is not slice:
            self.refuse(value)
        return {
            "$slice": [
                self._encode_part(name, getattr(value, name))
                for name in ("start", "stop", "step")
            ]
        }

    def _encode_part(self, name: str, part: object) -> Json:
        try:
            return None if part is None else _INT.encode(part)
        except ValueRefused as refusal:
            raise refusal.at(f".{name}") from None

    def decode(self, raw: Json) -> object:
        """Read the three parts."""
        return slice(*decode_ints(self, raw, "$slice", 3))


def decode_ints(node: Node, raw: Json, key: str, count: int) -> list[int | None]:
    """Read the integers of a special form; a null stays None."""
    parts = special_form(raw, key)
    if type(parts) is not list or len(parts) != count:
        node.refuse_json(raw)
    numbers: list[int | None] = []
    for part in parts:
        number = None if part is None else _INT.decode(part)
        assert number is None or isinstance(number, int)  # noqa: S101  (what IntNode reads)
        numbers.append(number)
    return numbers


class PatternNode(CompositeNode):
    """A regular expression.

    Args:
        text: the type of what it is made: ``str``, ``bytes``.
    """

    template = "Pattern[{}]"
    accepts: frozenset[type] | None = frozenset({re.Pattern})
    shapes: frozenset[str] = frozenset({"$pattern"})

    def __init__(self, text: Node) -> None:
        super().__init__(text)
        self.text = text

    def encode(self, value: object) -> Json:
        """Write the expression and its flags."""
        if not isinstance(value, re.Pattern):
            self.refuse(value)
        try:
            return {"$pattern": [self.text.encode(value.pattern), value.flags]}
        except ValueRefused as refusal:
            raise refusal.at(".pattern") from None

    def decode(self, raw: Json) -> object:
        """Compile the expression again."""
        parts = special_form(raw, "$pattern")
        if type(parts) is not list or len(parts) != len(("pattern", "flags")):
            self.refuse_json(raw)
        text, flags = self.text.decode(parts[0]), parts[1]
        if not isinstance(text, (str, bytes)) or type(flags) is not int:
            self.refuse_json(raw)
        try:
            return re.compile(text, flags)
        except (re.error, ValueError):
            self.refuse_json(raw)


_BYTES: Final = BytesNode()
_CHARACTERS: Final = ("u", "w")
"""Type codes of characters: as wide as the platform has them."""


class BytearrayNode(Node):
    """``bytearray``, stored as ``bytes`` are."""

    label = "bytearray"
    accepts: frozenset[type] | None = frozenset({bytearray})
    shapes: frozenset[str] = _BYTES.shapes

    def encode(self, value: object) -> Json:
        """Write the bytes."""
        if type(value) is not bytearray:
            self.refuse(value)
        return _BYTES.encode(bytes(value))

    def decode(self, raw: Json) -> object:
        """Read the bytes."""
        return bytearray(_bytes(raw))


class ArrayNode(Node):
    """``array.array``: type code, size of an item, and the items, lowest byte first."""

    label = "array"
    accepts: frozenset[type] | None = frozenset({array})
    shapes: frozenset[str] = frozenset({"$items"})

    def encode(self, value: object) -> Json:
        """Write the items."""
        if type(value) is not array:
            self.refuse(value)
        if value.typecode in _CHARACTERS:
            raise ValueRefused(
                "an array of characters, which differ between platforms; use str"
            )
        data = _lowest_first(value).tobytes()
        return {"$items": [value.typecode, value.itemsize, _BYTES.encode(data)]}

    def decode(self, raw: Json) -> object:
        """Read the items, on a machine on which they have the same size."""
        parts = special_form(raw, "$items")
        if type(parts) is not list or len(parts) != len(("code", "size", "items")):
            self.refuse_json(raw)
        code, size, items = parts
        try:
            value = array(code)
            value.frombytes(_bytes(items))
        except (TypeError, ValueError):
            self.refuse_json(raw)
        if value.itemsize != size:
            self.refuse_json(raw)
        return _lowest_first(value)


def _lowest_first(value: array[int]) -> array[int]:
    if sys.byteorder == "big":
        value = value[:]
        value.byteswap()
    return value


def _bytes(raw: Json) -> bytes:
    data = _BYTES.decode(raw)
    assert isinstance(data, bytes)  # noqa: S101 - for the type checker
    return data
