"""Addresses: SHA-256 over canonical, length-prefixed records.

Everything that funsies hashes goes through :func:`digest`, so that two different things
can never share an address: a record's encoding is injective (each field carries its type
and its length), the tag says what kind of thing is hashed, and the schema version says by
which rules.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from hashlib import sha256
from typing import Final, NewType, TypeAlias

SCHEMA_VERSION = 3
"""Part of every address. Raise it when the meaning of any hashed record changes."""

Digest = NewType("Digest", bytes)
"""The 32 bytes of a SHA-256; users see its hexadecimal form."""

DIGEST_BYTES = 32

SHORT_HASH_DIGITS = 10
"""Hexadecimal digits that are shown of a hash. Among a million hashes two may begin alike; who
types what is ambiguous is told so, and shown more digits."""

Field: TypeAlias = "bytes | str | int | tuple[Field, ...] | list[Field] | None"
"""What a record may hold. ``bool`` is an ``int`` to the type checker and kept apart here."""


def encode_record(field: Field) -> bytes:
    """Encode a field so that different fields always have different encodings.

    Args:
        field: bytes, text, an integer, a truth value, None, or a sequence of fields.
            Lists and tuples are the same thing here.

    Raises:
        TypeError: if the field is of any other type.

    >>> encode_record(("a", "bc")) == encode_record(("ab", "c"))
    False
    """
    pieces: list[bytes] = []
    _append(field, pieces)
    return b"".join(pieces)


def _append(field: Field, pieces: list[bytes]) -> None:
    if isinstance(field, bytes):
        pieces += (b"b%d:" % len(field), field)
    elif isinstance(field, str):
        pieces.append(encoded_text(field))
    elif isinstance(field, (tuple, list)):
        pieces.append(b"l%d:" % len(field))
        for item in field:
            if type(item) is str:  # most fields
                pieces.append(encoded_text(item))
            else:
                _append(item, pieces)
    elif field is None:
        pieces.append(b"n0:")
    elif isinstance(field, bool):
        pieces.append(b"t1:1" if field else b"t1:0")
    elif isinstance(field, int):
        number = b"%x" % field  # hexadecimal: linear in the number of digits, and without limit
        pieces += (b"i%d:" % len(number), number)
    else:
        raise TypeError(f"cannot hash a {type(field).__name__} as part of a record")


def digest(tag: str, *fields: Field) -> Digest:
    """Hash a record of the given kind.

    Args:
        tag: what is hashed: ``"task"``, ``"operation"``, ...
        fields: the record.

    Returns:
        The SHA-256 of the schema version, the tag and the fields.
    """
    pieces = [_head(tag)]
    _append(fields, pieces)
    return digest_of(pieces)


@cache
def _head(tag: str) -> bytes:
    """The beginning of the record ``("funsies", SCHEMA_VERSION, tag, fields)``."""
    pieces = [b"l4:"]
    for field in ("funsies", SCHEMA_VERSION, tag):
        _append(field, pieces)
    return b"".join(pieces)


# What every step needs several times is put together from pieces that are known before:
# ``digest_of((record_head("artefact", 2), ADDRESS, producer, encoded_text(name)))`` is
# ``digest("artefact", producer, name)``.

ADDRESS: Final = b"b%d:" % DIGEST_BYTES
"""What an address begins with as a field of a record."""


def record_head(tag: str, fields: int) -> bytes:
    """The beginning of a record with this number of fields, which follow encoded."""
    return _head(tag) + sequence_head(fields)


def sequence_head(items: int) -> bytes:
    """The beginning of a sequence with this number of fields, which follow encoded."""
    return b"l%d:" % items


def encoded_text(text: str) -> bytes:
    """A text as a field of a record."""
    data = text.encode("utf-8", "surrogatepass")
    return b"s%d:%b" % (len(data), data)


def digest_of(pieces: Iterable[bytes]) -> Digest:
    """Hash a record that is encoded already: its head, and all its fields."""
    return Digest(sha256(b"".join(pieces)).digest())


def content_digest(data: bytes) -> Digest:
    """Address of stored bytes: the plain SHA-256 of them (``sha256sum`` agrees)."""
    return Digest(sha256(data).digest())


def short_hash(address: bytes | str) -> str:
    """The beginning of a hash as it is shown everywhere, and can be typed wherever one is.

    Args:
        address: the bytes, or their hexadecimal digits.
    """
    text = address if isinstance(address, str) else address.hex()
    return text[:SHORT_HASH_DIGITS]


# Trace keys: "this task on inputs with these contents".
#
# Constructive traces, as in Mokhov, Mitchell and Peyton Jones, *Build Systems à la Carte*
# (2018).

_HEAD: Final = b"l4:%bl2:b%d:" % (
    encode_record("funsies") + encode_record(SCHEMA_VERSION) + encode_record("trace"),
    DIGEST_BYTES,
)
_CONTENT: Final = b"b%d:" % DIGEST_BYTES
_FLAGS: Final = {
    (ok, executable): encode_record(ok) + encode_record(executable) + _CONTENT
    for ok in (False, True)
    for executable in (False, True)
}


def trace_key(task: Digest, inputs: Sequence[tuple[str, bool, bool, Digest]]) -> Digest:
    """Address of a run: what was run, on which contents.

    It is that of the record ``("trace", task, inputs)``, put together from pieces: workers need
    one for each step.

    Args:
        task: what was run.
        inputs: (name, whether it is a value and not an error, whether it is an executable file,
            content digest), sorted by name.
    """
    pieces = [_HEAD, task, b"l%d:" % len(inputs)]
    for name, ok, executable, content in inputs:
        pieces += (_named(name), _FLAGS[ok, executable], content)
    return Digest(hashlib.sha256(b"".join(pieces)).digest())


@lru_cache(maxsize=1024)
def _named(name: str) -> bytes:
    """The beginning of the record of an input."""
    return b"l4:" + encode_record(name)
