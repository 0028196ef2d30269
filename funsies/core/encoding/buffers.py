"""``bytearray`` and ``array.array``: bytes that can be changed, and numbers side by side."""

from __future__ import annotations

import sys
from array import array
from typing import Final

from funsies.core.encoding.node import Json, Node, Refused, special_form
from funsies.core.encoding.scalars import BytesNode

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
            raise Refused("an array of characters, which differ between platforms; use str")
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
