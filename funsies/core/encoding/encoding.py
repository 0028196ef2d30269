"""An encoding: a type's way to bytes and back."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import msgspec

from funsies.core.encoding.codecs import (
    RESERVED_NAMES,
    Codec,
    CodecNode,
    add_codec,
    add_missing_codecs,
    codec_for,
    codec_named,
    remove_codec,
)
from funsies.core.encoding.compile import Compiler, Hints
from funsies.core.encoding.describe import Scope
from funsies.core.encoding.files import WIRE, FilesNode
from funsies.core.encoding.hints import remember_hints
from funsies.core.encoding.node import CannotEncode, Node, Refused, show, tell, type_name
from funsies.core.encoding.portable import portable
from funsies.core.encoding.scalars import BytesNode
from funsies.core.encoding.sequences import canonical_json
from funsies.core.errors import EncodingError, UnsupportedTypeError

if TYPE_CHECKING:
    from collections.abc import Callable

T_co = TypeVar("T_co", covariant=True)
V = TypeVar("V")

_CACHED_ENCODINGS: Final = 4096
_parse: Final = msgspec.json.Decoder().decode


class Encoding(Generic[T_co]):
    """How the values of one type become bytes, and bytes become values.

    Encodings are compared by descriptor.

    Attributes:
        descriptor: the type written out in full: canonical, the same in every process.
        wire: ``"blob"`` if the bytes are the value, ``"json"``, ``"files"`` for a directory, or
            the name of a codec.
        annotation: the annotation that it was compiled from.
    """

    __slots__ = (
        "_from_bytes",
        "_hints",
        "_to_bytes",
        "annotation",
        "descriptor",
        "node",
        "wire",
    )

    annotation: object
    descriptor: str
    node: Node
    wire: str

    def __init__(self, annotation: object, node: Node, hints: Hints) -> None:
        self.annotation = annotation
        self.node = node
        self._hints = hints
        self.descriptor = _descriptor(node)
        self.wire, self._to_bytes, self._from_bytes = _wire(node)

    @property
    def label(self) -> str:
        """The type as a reader would write it; the descriptor says it in full."""
        return self.node.label

    def encode(self, value: object) -> bytes:
        """Turn a value into bytes.

        Args:
            value: a value of this type, exactly.

        Raises:
            EncodingError: if the value, or a part of it, is not of this type; the message
                says where it stands.

        >>> encoding_of(dict[str, float]).encode({"b": float("inf"), "a": 1})
        b'{"b":{"$float":"inf"},"a":1}'
        """
        try:
            return self._to_bytes(value)
        except MemoryError:
            raise  # says nothing about the value
        except Exception as problem:  # noqa: BLE001  (a value's own code may raise anything)
            raise self._error("store", problem) from problem.__cause__

    def decode(self, data: bytes) -> T_co:
        """Turn bytes into the value that they were made of.

        Args:
            data: what ``encode`` returned.

        Raises:
            EncodingError: if the bytes are not those of a value of this type.

        >>> encoding_of(tuple[int, ...]).decode(b"[1,2]")
        (1, 2)
        """
        try:
            value: T_co = self._from_bytes(data)
        except MemoryError:
            raise  # says nothing about the bytes
        except Exception as problem:  # noqa: BLE001  (likewise)
            raise self._error("read", problem) from problem.__cause__
        return value

    def _error(self, verb: str, problem: Exception) -> EncodingError:
        """Say what went wrong, and where."""
        if isinstance(problem, RecursionError):
            reason = "nested too deeply, or inside itself"
        elif isinstance(problem, (Refused, msgspec.MsgspecError)):
            reason = str(problem)
        else:
            reason = tell(problem)
        return EncodingError(f"cannot {verb} this as {self.node.label}: {reason}")

    @property
    def classes(self) -> tuple[type, ...]:
        """The classes of the user's that the type mentions, directly or through fields."""
        return tuple(self._hints)

    @property
    def codecs(self) -> list[Codec]:
        """The codecs of these classes."""
        return [codec for codec in map(codec_for, self._hints) if codec is not None]

    def __reduce__(self) -> tuple[Callable[..., Encoding[Any]], tuple[object, ...]]:
        """Pickle what it takes to compile the type where modules and codecs are not at hand."""
        hints = {
            kind: {name: portable(hint) for name, hint in fields.items()}
            for kind, fields in self._hints.items()
        }
        return _restore, (portable(self.annotation), hints, self.codecs)

    def __eq__(self, other: object) -> bool:
        """Encodings with the same descriptor are the same."""
        if not isinstance(other, Encoding):
            return NotImplemented
        return self.descriptor == other.descriptor

    def __hash__(self) -> int:
        return hash(self.descriptor)

    def __repr__(self) -> str:
        return f"encoding_of({self.node.label})"


def _descriptor(node: Node) -> str:
    scope = Scope()
    return "\n".join([node.describe(scope), *scope.definitions()])


def _wire(node: Node) -> tuple[str, Callable[[object], bytes], Callable[[bytes], Any]]:
    if isinstance(node, BytesNode):
        return "blob", _blob, _read_blob
    if isinstance(node, FilesNode):
        return WIRE, node.to_bytes, node.from_bytes
    if isinstance(node, CodecNode):
        return node.codec.name, node.to_bytes, node.from_bytes
    encode, decode = node.encode, node.decode
    return (
        "json",
        lambda value: canonical_json(encode(value)),
        lambda data: decode(_parse(data)),
    )


def _blob(value: object) -> bytes:
    if type(value) is not bytes:
        BytesNode().refuse(value)
    return value


def _read_blob(data: bytes) -> bytes:
    return bytes(data)


def encoding_of(annotation: object) -> Encoding[Any]:
    """Compile an annotation; the same annotation is compiled once.

    Args:
        annotation: a type, resolved (no text): see ``typing.get_type_hints`` with
            ``include_extras=True``.

    Raises:
        UnsupportedTypeError: if there is no encoding for it, or for a part of it; the message
            says which part, where it stands, and what to do.

    >>> encoding_of(list[int] | None).descriptor
    'list[int] | None'
    >>> encoding_of(frozenset[tuple[int, ...]]).descriptor
    'frozenset[tuple[int, ...]]'
    """
    try:
        return _cached(annotation)
    except TypeError as problem:
        if isinstance(problem, UnsupportedTypeError):
            raise
        return _compile(annotation)


def _compile(annotation: object) -> Encoding[Any]:
    compiler = Compiler()
    try:
        node = compiler.compile(annotation)
    except CannotEncode as problem:
        problem.whole = (
            type_name(annotation) if isinstance(annotation, type) else str(annotation)
        )
        raise UnsupportedTypeError(str(problem)) from problem.__cause__
    except RecursionError:
        raise UnsupportedTypeError(f"the type {annotation!r} is nested too deeply") from None
    return Encoding(annotation, node, compiler.classes)


def _restore(annotation: object, hints: Hints, codecs: list[Codec]) -> Encoding[Any]:
    """Compile the type of a pickled encoding."""
    for kind, fields in hints.items():
        remember_hints(kind, fields)
    add_missing_codecs(codecs)
    return encoding_of(annotation)


_cached = lru_cache(maxsize=_CACHED_ENCODINGS)(_compile)


def register_codec(
    name: str,
    kind: type[V],
    encode: Callable[[V], bytes],
    decode: Callable[[bytes], V],
    *,
    version: str | None = None,
) -> None:
    """Teach funsies how to store the values of a class.

    The codec is part of the identity of the steps that use it, by its name and its code.

    Args:
        name: what the bytes are called; lower case, e.g. ``"numpy"``.
        kind: the class, exactly: subclasses need codecs of their own.
        encode: makes the bytes; equal values should give equal bytes.
        decode: makes an equal value of the bytes.
        version: replaces the code in the identity: change it when the bytes change.

    Raises:
        EncodingError: if the class has an encoding already, or the name is taken.

    >>> class Angle:
    ...     def __init__(self, degrees: float) -> None:
    ...         self.degrees = degrees
    >>> register_codec(
    ...     "angle",
    ...     Angle,
    ...     lambda angle: str(angle.degrees).encode(),
    ...     lambda data: Angle(float(data)),
    ... )
    >>> put(Angle(90.0))
    <Artefact[Angle] ... (constant)>
    """
    taken = codec_named(name)
    if name in RESERVED_NAMES or (taken and _full_name(taken.kind) != _full_name(kind)):
        raise EncodingError(f"the name {show(name)} is taken by another encoding; choose one")
    if taken is None and _has_encoding(kind):
        raise EncodingError(f"{type_name(kind)} has an encoding already, which stays")
    add_codec(Codec(name, kind, encode, decode, version))
    _cached.cache_clear()


def unregister_codec(name: str) -> None:
    """Forget a codec; what it stored cannot be read without it."""
    remove_codec(name)
    _cached.cache_clear()


def _full_name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _has_encoding(kind: type) -> bool:
    try:
        _compile(kind)
    except UnsupportedTypeError:
        return False
    return True


def to_text(wire: str, data: bytes) -> bytes:
    """Show stored bytes to a reader who does not know their type.

    Args:
        wire: how they were encoded.
        data: the bytes.

    Returns:
        Bytes as they are, a text as UTF-8, without quotes; everything else as it is stored.

    >>> to_text("json", b'"a text"')
    b'a text'
    """
    if wire != "json" or data[:1] not in (b'"', b"{"):
        return data
    try:
        value = encoding_of(Any).decode(data)
    except EncodingError:
        return data
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    return value if isinstance(value, bytes) else data
