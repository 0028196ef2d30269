"""An encoding: a type's way to bytes and back."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import msgspec

from funsies.core.encoding.any_node import AskedNode, UnknownNode
from funsies.core.encoding.codecs import (
    Codec,
    add_missing_codecs,
    codec_for,
    when_codecs_change,
)
from funsies.core.encoding.compile import Compiler, Hints
from funsies.core.encoding.described import pickled_class
from funsies.core.encoding.hints import remember_hints
from funsies.core.encoding.known_classes import NOTHING, Kinds, Noting, knowing
from funsies.core.encoding.node import ClassDefinitions, Node
from funsies.core.encoding.parts import Encoded, whole
from funsies.core.encoding.pickled import PickledNode
from funsies.core.encoding.portable import portable
from funsies.core.encoding.refusal import TypeRefused, ValueRefused, tell, type_name
from funsies.core.errors import EncodingError, UnsupportedTypeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from typing_extensions import Buffer

T_co = TypeVar("T_co", covariant=True)
_CACHED_ENCODINGS: Final = 4096
_WORDS: Final = re.compile(r"\w+")


class Encoding(Generic[T_co]):
    """How the values of one type become bytes, and bytes become values.

    Encodings are compared by descriptor.

    Attributes:
        descriptor: the type written out in full: canonical, the same in every process.
        wire: ``"blob"`` if the bytes are the value, ``"json"``, ``"files"`` for a directory,
            ``"pickle"``, or the name of a codec.
        annotation: the annotation that it was compiled from.
        kinds: classes by which values may be described that say themselves what they are.
    """

    __slots__ = (
        "_from_bytes",
        "_hints",
        "_knows_more",
        "_to_bytes",
        "annotation",
        "descriptor",
        "kinds",
        "node",
        "wire",
    )

    annotation: object
    descriptor: str
    kinds: Kinds
    node: Node
    wire: str

    def __init__(
        self, annotation: object, node: Node, hints: Hints, kinds: Kinds = NOTHING
    ) -> None:
        if kinds.is_asked and not isinstance(node, AskedNode):
            node = AskedNode(node)
        self.annotation = annotation
        self.node = node
        self.kinds = kinds
        self._hints = hints
        self.descriptor = _descriptor(node)
        self.wire, self._to_bytes, self._from_bytes = node.wire, node.to_bytes, node.from_bytes
        self._knows_more = kinds != NOTHING

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
        return whole(self.encode_pieces(value))

    def encode_pieces(self, value: object) -> Encoded:
        """Turn a value into bytes, or into a stream of them that refers to the value.

        Args:
            value: a value of this type, exactly. It may not change until the stream is read.

        Raises:
            EncodingError: like ``encode``.
        """
        try:
            if not self._knows_more:
                return self._to_bytes(value)
            with knowing(self.kinds):
                return self._to_bytes(value)
        except MemoryError:
            raise  # says nothing about the value
        except Exception as problem:  # noqa: BLE001  (a value's own code may raise anything)
            raise self._error("store", problem) from problem.__cause__

    def decode(self, data: Buffer) -> T_co:
        """Turn bytes into the value that they were made of.

        Args:
            data: what ``encode`` returned. If they can be written to, the value may keep
                parts of them as its own; give them to nobody else then.

        Raises:
            EncodingError: if the bytes are not those of a value of this type.

        >>> encoding_of(tuple[int, ...]).decode(b"[1,2]")
        (1, 2)
        """
        try:
            if not self._knows_more:
                return self._from_bytes(data)  # type: ignore[no-any-return]
            with knowing(self.kinds):
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
        elif isinstance(problem, (ValueRefused, msgspec.MsgspecError)):
            reason = str(problem)
        else:
            reason = tell(problem)
        shown = "" if self.node.label == "Any" else f" as {self.node.label}"
        return EncodingError(f"cannot {verb} this{shown}: {reason}")

    def encode_constant(self, value: object) -> tuple[bytes, Encoding[T_co]]:
        """Turn a value into bytes; with the encoding that knows the subclasses in it.

        Args:
            value: of this type; parts of it may be of subclasses.

        Raises:
            EncodingError: like ``encode``.
        """
        with Noting() as kinds:
            data = self.encode(value)
        if not kinds:
            return data, self
        return data, self.with_subclasses(map(pickled_class, kinds))

    def bases(self) -> set[type]:
        """The classes that the type mentions, of whose subclasses values may be."""
        return {kind for node in self.node.parts() for kind in node.accepts or ()}

    @property
    def says_itself(self) -> bool:
        """True if values, or parts of them, say themselves what they are."""
        return "Any" in _WORDS.findall(self.descriptor)

    @property
    def has_pickles(self) -> bool:
        """True if values, or parts of them, are pickled."""
        return any(isinstance(node, PickledNode) for node in self.node.parts())

    def with_kinds(
        self,
        known: Iterable[Encoding[Any]] = (),
        modules: Iterable[tuple[str, bytes]] = (),
        *,
        is_lenient: bool = False,
    ) -> Encoding[T_co]:
        """The same encoding, for values that may be of these classes.

        Args:
            known: encodings of the classes, and of values that have them.
            modules: that may be imported to find a class, each with the digest of its text.
            is_lenient: True to take plain data where a class is not known.
        """
        if not self.says_itself:
            return self
        return self._knowing(known, Kinds((), tuple(modules), is_lenient))

    def with_subclasses(self, known: Iterable[Encoding[Any]]) -> Encoding[T_co]:
        """The same encoding, for values that may be of these subclasses of its classes."""
        return self._knowing(known, NOTHING)

    def _knowing(self, known: Iterable[Encoding[Any]], more: Kinds) -> Encoding[T_co]:
        hints: Hints = {}
        for one in (self, *known):
            hints.update(one._hints)  # noqa: SLF001  (of its own class)
        kinds = self.kinds.and_also(more._replace(classes=tuple(hints)))
        return Encoding(self.annotation, self.node, hints, kinds)

    def asked(self) -> Encoding[T_co]:
        """The same type, for values that were written as what they say themselves to be."""
        return Encoding(
            self.annotation, self.node, self._hints, Kinds(self.classes, is_asked=True)
        )

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
        return _restore, (portable(self.annotation), hints, self.codecs, self.kinds)

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
    classes = ClassDefinitions()
    return "\n".join([node.describe(classes), *classes.definitions()])


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


def has_pickles(annotation: object) -> bool:
    """Whether values of a type, or parts of them, are pickled; False if none is stored."""
    try:
        return encoding_of(annotation).has_pickles
    except UnsupportedTypeError:
        return False


def _compile(annotation: object) -> Encoding[Any]:
    compiler = Compiler()
    try:
        node = compiler.compile(annotation)
    except TypeRefused as problem:
        problem.whole = (
            type_name(annotation) if isinstance(annotation, type) else str(annotation)
        )
        raise UnsupportedTypeError(str(problem)) from problem.__cause__
    except RecursionError:
        raise UnsupportedTypeError(f"the type {annotation!r} is nested too deeply") from None
    return Encoding(annotation, node, compiler.classes)


def _restore(
    annotation: object, hints: Hints, codecs: list[Codec], kinds: Kinds
) -> Encoding[Any]:
    """Compile the type of a pickled encoding."""
    for kind, fields in hints.items():
        remember_hints(kind, fields)
    add_missing_codecs(codecs)
    made = encoding_of(annotation)
    return made if kinds == NOTHING else Encoding(annotation, made.node, hints, kinds)


_cached = lru_cache(maxsize=_CACHED_ENCODINGS)(_compile)
when_codecs_change(_cached.cache_clear)


def encoding_of_unknown() -> Encoding[Any]:
    """What a value that was written as an unknown type is read with."""
    return Encoding(Any, UnknownNode(), {}, Kinds(is_lenient=True))
