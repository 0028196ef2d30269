"""Signed rows: who has no key can neither make one nor change it.

A signature covers the address under which a row stands, so that no row passes for another. Of
errors it covers the bytes alone: they are handed down to every step that depends on them.
"""

from __future__ import annotations

import struct
from typing import Final

from funsies.core.digest import Digest
from funsies.core.signing import SIGNATURE_BYTES, Keyring
from funsies.store.definitions import is_signed
from funsies.store.rows import TaskRow

from .packing import OK, PACKED_RESULT_BYTES

NO_SIGNATURE: Final = bytes(SIGNATURE_BYTES)
SEALED_RESULT_BYTES: Final = PACKED_RESULT_BYTES + SIGNATURE_BYTES

_DEFINITION: Final = b"definition"
"""What a definition is signed as, so that one of an older form is not ours."""

_PLACE = struct.Struct(">32sI")
DELEGATION_BYTES: Final = _PLACE.size + SIGNATURE_BYTES


def _place(operation: Digest, index: int) -> bytes:
    """An output of an operation, as bytes."""
    return _PLACE.pack(operation, index)


class Seal:
    """Puts signatures on packed rows, and looks at those that it finds there.

    Args:
        keys: of those who trust each other. Without any, rows have an empty signature, and
            those of others are not looked at.
    """

    def __init__(self, keys: Keyring) -> None:
        self._keys = keys

    def __bool__(self) -> bool:
        return bool(self._keys)

    def _sealed(self, kind: bytes, address: bytes, packed: bytes) -> bytes:
        return packed + (self._keys.sign(kind, address + packed) or NO_SIGNATURE)

    def _is_genuine(self, kind: bytes, address: bytes, sealed: bytes) -> bool:
        packed, signature = split(sealed)
        return self._keys.accepts(signature, kind, address + packed)

    def operation(self, digest: Digest, packed: bytes) -> bytes:
        """Sign a definition."""
        return self._sealed(_DEFINITION, digest, packed)

    def is_operation(self, digest: Digest, sealed: bytes) -> bool:
        """True if a definition is ours; without keys, if it is nobody's."""
        if not self._keys:
            return sealed.endswith(NO_SIGNATURE)
        return self._is_genuine(_DEFINITION, digest, sealed)

    def is_task(self, row: TaskRow) -> bool:
        """True if a task is ours."""
        return is_signed(row, self._keys)

    def options(self, digest: Digest, encoded: bytes) -> bytes:
        """Sign options."""
        return self._sealed(b"options", digest, encoded)

    def is_options(self, digest: Digest, sealed: bytes) -> bool:
        """True if options are ours."""
        return self._is_genuine(b"options", digest, sealed)

    def result(self, operation: Digest, index: int, packed: bytes) -> bytes:
        """Sign the result of one output."""
        return self._sealed(*_kind_of_result(operation, index, packed), packed)

    def is_result(self, operation: Digest, index: int, sealed: bytes) -> bool:
        """True if a result is ours, and that of this output."""
        return self._is_genuine(*_kind_of_result(operation, index, sealed), sealed)

    def trace(self, key: Digest, results: bytes) -> bytes:
        """Sign what a trace says: its key, and the packed results."""
        return key + self._sealed(b"trace", key, results)

    def is_trace(self, key: Digest, sealed: bytes) -> bool:
        """True if the results of a trace are ours, and those of this key."""
        return self._is_genuine(b"trace", key, sealed)

    def delegation(self, operation: Digest, target: Digest, index: int) -> bytes:
        """Sign that the result of an operation is that of another one's output."""
        return self._sealed(b"delegation", operation, _place(target, index))

    def is_delegation(self, operation: Digest, sealed: bytes) -> bool:
        """True if it was one of ours who said so."""
        return self._is_genuine(b"delegation", operation, sealed)


def split(sealed: bytes) -> tuple[bytes, bytes]:
    """A packed row, and its signature."""
    return sealed[:-SIGNATURE_BYTES], sealed[-SIGNATURE_BYTES:]


def read_place(sealed: bytes) -> tuple[Digest, int]:
    """The output that a delegation names."""
    target, index = _PLACE.unpack_from(sealed)
    return Digest(target), index


def _is_value(packed: bytes) -> bool:
    """True for the result of a value, False for that of an error."""
    return bool(packed[0] & OK)


def _kind_of_result(operation: Digest, index: int, packed: bytes) -> tuple[bytes, bytes]:
    return (b"result", _place(operation, index)) if _is_value(packed) else (b"error", b"")
