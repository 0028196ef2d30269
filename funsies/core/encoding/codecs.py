"""Codecs for classes that funsies does not know: NumPy arrays, tables, the user's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from funsies.core.encoding.node import Json, Node, Refused, special_form, tell, type_name
from funsies.core.encoding.parts import part
from funsies.core.encoding.parts_read import read_part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from funsies.core.encoding.describe import Scope

V = TypeVar("V")

RESERVED_NAMES = frozenset({"blob", "files", "json", "pickle"})


class Codec(NamedTuple):
    """How the values of a class become bytes.

    Attributes:
        name: what the bytes are called, where they are stored.
        kind: the class.
        encode: makes the bytes.
        decode: makes an equal value of the bytes.
        version: stands for the code of both in the identity of steps; None for the code.
    """

    name: str
    kind: type
    encode: Callable[[Any], bytes]
    decode: Callable[[bytes], Any]
    version: str | None = None


_codecs: dict[type, Codec] = {}


def add_codec(codec: Codec) -> None:
    """Use the codec from now on; one of the same name takes the place of the older."""
    remove_codec(codec.name)
    _codecs[codec.kind] = codec


def remove_codec(name: str) -> None:
    """Forget the codec of this name, if there is one."""
    known = codec_named(name)
    if known is not None:
        del _codecs[known.kind]


def codecs_by_class() -> Mapping[type, Codec]:
    """All codecs there are; the mapping shows what is added later, too."""
    return _codecs


def add_missing_codecs(codecs: Iterable[Codec]) -> None:
    """Use codecs that came with a payload, for classes that have none here."""
    for codec in codecs:
        if codec_for(codec.kind) is None:
            add_codec(codec)


def codec_for(kind: type) -> Codec | None:
    """Return the codec of this class; None if there is none."""
    return _codecs.get(kind)


def codec_named(name: str) -> Codec | None:
    """Return the codec of this name; None if there is none."""
    return next((codec for codec in _codecs.values() if codec.name == name), None)


def codec_node(kind: type) -> CodecNode | None:
    """Compile a class that has a codec; None if it has none."""
    codec = _codecs.get(kind)
    return None if codec is None else CodecNode(codec)


class CodecNode(Node):
    """A class whose values a codec turns into bytes; inside other values they are a part."""

    is_named = True

    def __init__(self, codec: Codec) -> None:
        self.codec = codec
        self.label: str = type_name(codec.kind)
        self.accepts: frozenset[type] | None = frozenset({codec.kind})
        self.shapes: frozenset[str] = frozenset({"$codec"})

    def to_bytes(self, value: object) -> bytes:
        """Make the bytes."""
        if type(value) is not self.codec.kind:
            self.refuse(value)
        try:
            data = self.codec.encode(value)
        except Exception as problem:
            raise Refused(f"the codec {self.codec.name} failed: {tell(problem)}") from problem
        if type(data) is not bytes:
            raise Refused(
                f"the codec {self.codec.name} made {type_name(type(data))}, not bytes"
            )
        return data

    def from_bytes(self, data: bytes) -> object:
        """Make the value."""
        try:
            return self.codec.decode(data)
        except Exception as problem:
            raise Refused(f"the codec {self.codec.name} failed: {tell(problem)}") from problem

    def encode(self, value: object) -> Json:
        """Write the codec's name and the bytes."""
        return {"$codec": self.codec.name, "data": part(self.to_bytes(value))}

    def decode(self, raw: Json) -> object:
        """Read the codec's name and the bytes."""
        name = special_form(raw, "$codec")
        if type(raw) is not dict or name != self.codec.name:
            self.refuse_json(raw)
        try:
            data = bytes(read_part(raw.get("data")))
        except Refused:
            self.refuse_json(raw)
        return self.from_bytes(data)

    def admits(self, value: object) -> bool:
        """True for objects of the class and of its subclasses."""
        return isinstance(value, self.codec.kind)

    def describe(self, scope: Scope) -> str:  # noqa: ARG002  (mentions no class)
        """Write the name of the class and that of the codec."""
        return f"{self.label} by codec {self.codec.name}"
