"""Codecs of the user's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from typing_extensions import is_protocol

from funsies.core.encoding.abstract import OpenNode
from funsies.core.encoding.codecs import (
    RESERVED_NAMES,
    Codec,
    CodecNode,
    add_codec,
    codec_named,
    remove_codec,
)
from funsies.core.encoding.encoding import encoding_of
from funsies.core.encoding.frames import library_node
from funsies.core.encoding.node import Node
from funsies.core.encoding.refusal import show, type_name
from funsies.core.errors import EncodingError, UnsupportedTypeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from funsies.core.encoding.previews import Preview

V = TypeVar("V")


class _OrAbstract:
    """Nothing: mypy takes an abstract class only where a parameter leaves it a choice."""


def register_codec(
    name: str,
    kind: type[V] | _OrAbstract,
    encode: Callable[[V], bytes],
    decode: Callable[[bytes], V],
    *,
    version: str | None = None,
    subclasses: bool = False,
    preview: Callable[[V], Preview] | None = None,
) -> None:
    """Teach funsies how to store the values of a class.

    The codec is part of the identity of the steps that use it, by its name and its code.

    Args:
        name: what the bytes are called; lower case, e.g. ``"numpy"``.
        kind: the class, exactly, if ``subclasses`` does not say otherwise.
        encode: makes the bytes; equal values should give equal bytes.
        decode: makes an equal value of the bytes.
        version: replaces the code in the identity: change it when the bytes change.
        subclasses: True to store objects of subclasses as well. One that has a codec of its
            own, or a base that is nearer and takes subclasses, is stored by that. ``decode``
            must make an object of the very class that ``encode`` was given: an object of a
            subclass is read back when it is stored, and refused if it is of another one.
        preview: what notebooks show of an artefact of such a value, in a program that has
            registered the codec: a text, a table (rows, of which the first is the header), or
            a :class:`~funsies.Picture`. It is no part of the identity, and may change.

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
    if isinstance(kind, str):
        raise EncodingError(
            f"the name of a codec comes first: register_codec({kind!r}, the class, ...)"
        )
    if not isinstance(kind, type):
        raise EncodingError(f"a codec is for a class; {show(kind)} is none")
    taken = codec_named(name)
    if name in RESERVED_NAMES or (taken and _full_name(taken.kind) != _full_name(kind)):
        raise EncodingError(f"the name {show(name)} is taken by another encoding; choose one")
    if taken is None:
        _check_free(kind, subclasses=subclasses)
    add_codec(Codec(name, kind, encode, decode, version, subclasses, preview))


def unregister_codec(name: str) -> None:
    """Forget a codec; what it stored cannot be read without it."""
    remove_codec(name)


def _full_name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _check_free(kind: type, *, subclasses: bool) -> None:
    node = _node_of(kind)
    if node is None or isinstance(node, CodecNode) or library_node(kind) is not None:
        return
    is_abstract = isinstance(node, OpenNode) and not is_protocol(kind)
    if not is_abstract:
        raise EncodingError(f"{type_name(kind)} has an encoding already, which stays")
    if not subclasses:
        raise EncodingError(
            f"{type_name(kind)} is abstract, so that its values are those of its subclasses; "
            "give the codec to these, or say subclasses=True"
        )


def _node_of(kind: type) -> Node | None:
    try:
        return encoding_of(kind).node
    except UnsupportedTypeError:
        return None
