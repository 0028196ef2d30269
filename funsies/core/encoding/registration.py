"""Codecs of the user's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from funsies.core.encoding.codecs import (
    RESERVED_NAMES,
    Codec,
    add_codec,
    codec_named,
    remove_codec,
)
from funsies.core.encoding.encoding import encoding_of, forget_compiled
from funsies.core.encoding.frames import library_node
from funsies.core.encoding.node import show, type_name
from funsies.core.errors import EncodingError, UnsupportedTypeError

if TYPE_CHECKING:
    from collections.abc import Callable

V = TypeVar("V")


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
    if taken is None and _has_encoding(kind) and library_node(kind) is None:
        raise EncodingError(f"{type_name(kind)} has an encoding already, which stays")
    add_codec(Codec(name, kind, encode, decode, version))
    forget_compiled()


def unregister_codec(name: str) -> None:
    """Forget a codec; what it stored cannot be read without it."""
    remove_codec(name)
    forget_compiled()


def _full_name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _has_encoding(kind: type) -> bool:
    try:
        encoding_of(kind)
    except UnsupportedTypeError:
        return False
    return True
