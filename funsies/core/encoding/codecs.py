"""Codecs for classes that funsies does not know: NumPy arrays, tables, the user's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from funsies.core.encoding.known_classes import note
from funsies.core.encoding.node import Node, special_form
from funsies.core.encoding.parts import Json, part, read_part
from funsies.core.encoding.refusal import ValueRefused, show, tell, type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from typing_extensions import Buffer

    from funsies.core.encoding.node import ClassDefinitions
    from funsies.core.encoding.previews import Preview

RESERVED_NAMES = frozenset({"blob", "files", "json", "pickle"})


class Codec(NamedTuple):
    """How the values of a class become bytes.

    Attributes:
        name: what the bytes are called, where they are stored.
        kind: the class.
        encode: makes the bytes.
        decode: makes an equal value of the bytes.
        version: stands for the code of both in the identity of steps; None for the code.
        subclasses: True if it takes objects of subclasses that have no codec of their own.
        preview: shows a value to people; it does not travel to workers, nor does it count.
    """

    name: str
    kind: type
    encode: Callable[[Any], bytes]
    decode: Callable[[bytes], Any]
    version: str | None = None
    subclasses: bool = False
    preview: Callable[[Any], Preview] | None = None

    def __reduce__(self) -> tuple[type[Codec], tuple[object, ...]]:
        """Travel without what only readers need: it may draw with a library of theirs."""
        return Codec, tuple(self)[:-1]

    @property
    def scope(self) -> tuple[str, ...]:
        """What besides name and code is part of the identity of steps."""
        return ("subclasses",) if self.subclasses else ()


_codecs: dict[type, Codec] = {}
_when_changed: list[Callable[[], object]] = []


def when_codecs_change(react: Callable[[], object]) -> None:
    """Have something done whenever a class gets a codec, or loses it."""
    _when_changed.append(react)


def add_codec(codec: Codec) -> None:
    """Use the codec from now on; one of the same name takes the place of the older."""
    remove_codec(codec.name)
    _codecs[codec.kind] = codec
    _tell()


def remove_codec(name: str) -> None:
    """Forget the codec of this name, if there is one."""
    known = codec_named(name)
    if known is not None:
        del _codecs[known.kind]
        _tell()


def _tell() -> None:
    for react in _when_changed:
        react()


def codecs_by_class() -> Mapping[type, Codec]:
    """All codecs there are; the mapping shows what is added later, too."""
    return _codecs


def add_missing_codecs(codecs: Iterable[Codec]) -> None:
    """Use codecs that came with a payload, for classes that have none here."""
    for codec in codecs:
        if codec.kind not in _codecs:
            add_codec(codec)


def codec_for(kind: type) -> Codec | None:
    """Return the codec of this class, or of the nearest base whose codec takes subclasses."""
    own = _codecs.get(kind)
    if own is not None:
        return own
    of_bases = (_codecs.get(base) for base in kind.__mro__[1:])
    return next((codec for codec in of_bases if codec and codec.subclasses), None)


def codec_named(name: str) -> Codec | None:
    """Return the codec of this name; None if there is none."""
    return next((codec for codec in _codecs.values() if codec.name == name), None)


def codec_node(kind: type) -> CodecNode | None:
    """Compile a class that has a codec; None if it has none."""
    codec = codec_for(kind)
    return None if codec is None else CodecNode(codec, kind)


class CodecNode(Node):
    """A class whose values a codec turns into bytes; inside other values they are a part.

    Attributes:
        codec: writes and reads the values.
        kind: the class: that of the codec, or a subclass.
    """

    is_named = True

    def __init__(self, codec: Codec, kind: type) -> None:
        self.codec = codec
        self.kind = kind
        self.label: str = type_name(kind)
        self.wire: str = codec.name
        self.accepts: frozenset[type] | None = frozenset({kind})
        self.shapes: frozenset[str] = frozenset({"$codec"})

    def to_bytes(self, value: object) -> bytes:
        """Make the bytes.

        What has an encoding of its own is refused: bytes alone do not say whose they are.
        """
        if not self._is_own(value):
            self._refuse_other(value)
        try:
            data = self.codec.encode(value)
        except Exception as problem:
            raise ValueRefused(
                f"the codec {self.codec.name} failed: {tell(problem)}"
            ) from problem
        if type(data) is not bytes:
            raise ValueRefused(
                f"the codec {self.codec.name} made {type_name(type(data))}, not bytes"
            )
        if type(value) is not self.codec.kind:
            self._check_class(value, data)
            note(type(value))
        return data

    def from_bytes(self, data: Buffer) -> Any:
        """Make the value."""
        value = self._made_of(bytes(data))
        if not isinstance(value, self.kind):
            raise ValueRefused(
                f"the codec {self.codec.name} made {show(value)}, not {self.label}"
            )
        return value

    def _made_of(self, data: bytes) -> object:
        try:
            return self.codec.decode(data)
        except Exception as problem:
            raise ValueRefused(
                f"the codec {self.codec.name} failed: {tell(problem)}"
            ) from problem

    def encode(self, value: object) -> Json:
        """Write the codec's name and the bytes."""
        if not self._is_own(value):
            return self.encode_other(value)
        return {"$codec": self.codec.name, "data": part(self.to_bytes(value))}

    def decode(self, raw: Json) -> object:
        """Read the codec's name and the bytes."""
        name = special_form(raw, "$codec")
        if type(raw) is not dict or name != self.codec.name:
            return self.decode_other(raw)
        try:
            data = bytes(read_part(raw.get("data")))
        except ValueRefused:
            self.refuse_json(raw)
        return self.from_bytes(data)

    def _is_own(self, value: object) -> bool:
        """True if it is this codec that writes the value."""
        kind = type(value)
        if kind is self.kind:
            return True
        codec = codec_for(kind) if issubclass(kind, self.kind) else None
        return codec is not None and codec.kind is self.codec.kind

    def _refuse_other(self, value: object) -> NoReturn:
        self.encode_other(value)  # says what is wrong, if it cannot be stored at all
        name = type_name(type(value))
        raise ValueRefused(
            f"{name} has an encoding of its own, other than that of {self.label}; annotate "
            f"{self.label} | {name}"
        )

    def _check_class(self, value: object, data: bytes) -> None:
        """Refuse a value of a subclass that would come back as one of another class."""
        made, name = self._made_of(data), type_name(type(value))
        if type(made) is not type(value):
            raise ValueRefused(
                f"the codec {self.codec.name} makes a {type_name(type(made))} of a {name}; "
                f"register a codec for {name}, or have this one keep the class"
            )

    def admits(self, value: object) -> bool:
        """True for objects of the class and of its subclasses."""
        return isinstance(value, self.kind)

    def describe(self, classes: ClassDefinitions) -> str:  # noqa: ARG002  (mentions no class)
        """Write the name of the class and that of the codec."""
        also = " and subclasses" if self.codec.subclasses else ""
        return f"{self.label} by codec {self.codec.name}{also}"
