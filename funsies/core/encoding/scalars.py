"""Truth values, numbers, texts and bytes."""

from __future__ import annotations

import sys
from math import isfinite
from operator import not_
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias

from funsies.core.encoding.bulk import (
    LARGEST,
    SMALLEST,
    are_plain_ints,
    are_plain_nones,
    are_plain_numbers,
    are_plain_texts,
    are_plain_truths,
    is_unicode,
)
from funsies.core.encoding.node import (
    BOOLEAN,
    INTEGER,
    NULL,
    NUMBER,
    STRING,
    Node,
    special_form,
)
from funsies.core.encoding.parts import PART, Json, part, read_part
from funsies.core.encoding.refusal import ValueRefused

if TYPE_CHECKING:
    from typing_extensions import Buffer

_REALS: Final = frozenset({float, int, bool})
_NUMPY_KINDS: Final = {"b": bool, "i": int, "u": int, "f": float, "c": complex, "U": str}
_FLOATS: Final = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}


def plain_scalar(value: object) -> object | None:
    """Convert a NumPy scalar to the Python value that equals it exactly.

    Returns:
        The Python value; None if the value is no NumPy scalar, or has no exact counterpart
        (a ``longdouble``, a ``datetime64``).
    """
    numpy = sys.modules.get("numpy")
    if numpy is None or not isinstance(value, numpy.generic):
        return None
    plain = value.item()
    return plain if type(plain) is _NUMPY_KINDS.get(value.dtype.kind) else None


def encode_int(value: int) -> Json:
    """Write an integer of any size."""
    return value if SMALLEST <= value <= LARGEST else {"$int": hex(value)}


def encode_float(value: float) -> Json:
    """Write a floating-point number: also those for which JSON has no number."""
    return value if isfinite(value) else {"$float": repr(value)}


def encode_text(value: str) -> Json:
    """Write a text: also one with lone surrogates, which UTF-8 cannot hold."""
    if value.isascii() or is_unicode(value):
        return value
    return {"$str": value.encode("unicode_escape").decode("ascii")}


def decode_special(raw: Json) -> object | None:
    """Read one of the special forms of numbers and texts; None if it is none of them."""
    if type(raw) is not dict or len(raw) != 1:
        return None
    ((key, content),) = raw.items()
    reader = _SPECIAL.get(key)
    if reader is None or type(content) is not str:
        return None
    try:
        return reader(content)
    except (ValueError, KeyError) as problem:
        raise ValueRefused(f"a {key} form with unreadable content") from problem


def _read_int(content: str) -> object:
    return int(content, 16)


def _read_float(content: str) -> object:
    return _FLOATS[content]


def _read_text(content: str) -> object:
    return content.encode("ascii").decode("unicode_escape")


_SPECIAL: Final = {"$int": _read_int, "$float": _read_float, "$str": _read_text}
ArePlain: TypeAlias = "staticmethod[[list[Any]], bool]"


class ScalarNode(Node):
    """A type whose values are not made of others, and may come as NumPy scalars.

    Attributes:
        are_plain: whether all of some values are JSON data as they are.
        plain_types: the types of JSON data that are values as they are.
    """

    rank = 0
    are_plain: ClassVar[ArePlain] = staticmethod(not_)  # only if there are none
    plain_types: ClassVar[frozenset[type]] = frozenset()

    def encode_all(self, values: list[Any]) -> list[Any]:
        """Hand plain values on."""
        return values if self.are_plain(values) else super().encode_all(values)

    def decode_all(self, raws: list[Any]) -> list[Any]:
        """Hand plain values on."""
        is_plain = self.plain_types.issuperset(map(type, raws))
        return raws if is_plain else super().decode_all(raws)

    def admits_all(self, values: list[Any]) -> bool:
        """True for plain values, and for others that may stand here."""
        return self.plain_types.issuperset(map(type, values)) or super().admits_all(values)

    def convert(self, value: object) -> Json:
        """Encode a NumPy scalar as what it equals, or refuse the value."""
        plain = plain_scalar(value)
        if plain is None or type(plain) is type(value):
            return self.encode_other(value)
        return self.encode(plain)


class NoneNode(ScalarNode):
    """``None``."""

    label = "None"
    accepts: frozenset[type] | None = frozenset({type(None)})
    shapes: frozenset[str] = frozenset({NULL})
    rank = 2  # written last in unions, as people do; nothing else is null

    are_plain: ClassVar[ArePlain] = staticmethod(are_plain_nones)
    plain_types: ClassVar[frozenset[type]] = frozenset({type(None)})

    def encode(self, value: object) -> Json:
        """Write null."""
        if value is not None:
            self.refuse(value)
        return None

    def decode(self, raw: Json) -> object:
        """Read null."""
        if raw is not None:
            self.refuse_json(raw)
        return None


class BoolNode(ScalarNode):
    """``bool``."""

    label = "bool"
    accepts: frozenset[type] | None = frozenset({bool})
    shapes: frozenset[str] = frozenset({BOOLEAN})
    are_plain: ClassVar[ArePlain] = staticmethod(are_plain_truths)
    plain_types: ClassVar[frozenset[type]] = frozenset({bool})

    def encode(self, value: object) -> Json:
        """Write true or false."""
        return value if type(value) is bool else self.convert(value)

    def decode(self, raw: Json) -> object:
        """Read true or false."""
        if type(raw) is not bool:
            self.refuse_json(raw)
        return raw


class IntNode(ScalarNode):
    """``int`` of any size; ``True`` stays ``True``."""

    label = "int"
    accepts: frozenset[type] | None = frozenset({int, bool})
    shapes: frozenset[str] = frozenset({INTEGER, BOOLEAN, "$int"})
    are_plain: ClassVar[ArePlain] = staticmethod(are_plain_ints)
    plain_types: ClassVar[frozenset[type]] = frozenset({int, bool})

    def encode(self, value: object) -> Json:
        """Write an integer."""
        if type(value) is int:
            return encode_int(value)
        return value if type(value) is bool else self.convert(value)

    def decode(self, raw: Json) -> object:
        """Read an integer."""
        if type(raw) is int or type(raw) is bool:
            return raw
        value = decode_special(raw)
        if type(value) is not int:
            return self.decode_other(raw)
        return value


class FloatNode(ScalarNode):
    """``float``, with NaN and the infinities; an ``int`` stays an ``int``."""

    label = "float"
    accepts: frozenset[type] | None = _REALS
    shapes: frozenset[str] = frozenset({NUMBER, INTEGER, BOOLEAN, "$int", "$float"})
    are_plain: ClassVar[ArePlain] = staticmethod(are_plain_numbers)
    plain_types: ClassVar[frozenset[type]] = _REALS

    def encode(self, value: object) -> Json:
        """Write a number."""
        if type(value) is float:
            return encode_float(value)
        if type(value) is int:
            return encode_int(value)
        return value if type(value) is bool else self.convert(value)

    def decode(self, raw: Json) -> object:
        """Read a number."""
        if type(raw) is float or type(raw) is int or type(raw) is bool:
            return raw
        value = decode_special(raw)
        if type(value) is not float and type(value) is not int:
            return self.decode_other(raw)
        return value


class ComplexNode(ScalarNode):
    """``complex``; real numbers keep their types."""

    label = "complex"
    accepts: frozenset[type] | None = frozenset({complex, float, int, bool})
    shapes: frozenset[str] = frozenset({"$complex"}) | FloatNode.shapes
    rank = 0
    _real = FloatNode()

    def encode(self, value: object) -> Json:
        """Write a real number, or the pair of real and imaginary part."""
        if type(value) is complex:
            return {"$complex": [encode_float(value.real), encode_float(value.imag)]}
        if type(value) in _REALS:
            return self._real.encode(value)
        return self.convert(value)

    def decode(self, raw: Json) -> object:
        """Read a real number or a pair."""
        parts = special_form(raw, "$complex")
        if parts is None:
            return self._real.decode(raw)
        if type(parts) is not list or len(parts) != 2:  # noqa: PLR2004  (real, imaginary)
            self.refuse_json(raw)
        real, imaginary = map(self._real.decode, parts)
        if type(real) is not float or type(imaginary) is not float:
            self.refuse_json(raw)
        return complex(real, imaginary)


class StrNode(ScalarNode):
    """``str``, also with lone surrogates."""

    label = "str"
    accepts: frozenset[type] | None = frozenset({str})
    shapes: frozenset[str] = frozenset({STRING, "$str"})
    are_plain: ClassVar[ArePlain] = staticmethod(are_plain_texts)
    plain_types: ClassVar[frozenset[type]] = frozenset({str})
    plain_keys = True

    def encode(self, value: object) -> Json:
        """Write a text."""
        return encode_text(value) if type(value) is str else self.convert(value)

    def decode(self, raw: Json) -> object:
        """Read a text."""
        if type(raw) is str:
            return raw
        value = decode_special(raw)
        if type(value) is not str:
            return self.decode_other(raw)
        return value


class BytesNode(Node):
    """``bytes`` inside another value: a part of it, or, if they are few, in base 64."""

    label = "bytes"
    accepts: frozenset[type] | None = frozenset({bytes})
    shapes: frozenset[str] = frozenset({STRING, PART})
    wire = "blob"

    def to_bytes(self, value: object) -> bytes:
        """Write the bytes as they are."""
        if type(value) is not bytes:
            self.refuse(value)
        return value

    def from_bytes(self, data: Buffer) -> bytes:
        """Read them."""
        return bytes(data)

    def encode(self, value: object) -> Json:
        """Write bytes as a part."""
        return part(value) if type(value) is bytes else self.encode_other(value)

    def decode(self, raw: Json) -> object:
        """Read bytes."""
        try:
            return bytes(read_part(raw))
        except ValueRefused:
            return self.decode_other(raw)
