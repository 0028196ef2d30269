"""Signed rows: who has no key can neither make one nor change it.

A signature covers the address under which a row stands, so that no row passes for another. Of
errors it covers the bytes alone: they are handed down to every step that depends on them.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

from funsies.core.digest import Digest
from funsies.core.keyring import SIGNATURE_BYTES, Keyring
from funsies.store.graph_writer import is_signed
from funsies.store.rows import TaskRow

from .packing import OK

NO_SIGNATURE: Final = bytes(SIGNATURE_BYTES)

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


Place: TypeAlias = tuple[Digest, int, bytes]
"""An output of an operation, and the result that stands there, with its signature."""


class Origins:
    """Tells which results are signed: for where they stand, or for where they come from.

    A dynamic step has the result of the step that it went on as, and that one perhaps of a
    further one. What was found of one serves the others: else a row of ``n`` such steps would
    be walked to its end ``n`` times. What is not ours by what was read before is read once
    more, since a step may have gone on as another one meanwhile.

    Args:
        seal: tells what is ours.
        delegations: reads what is kept of delegations, or None, of each operation.
    """

    def __init__(
        self, seal: Seal, delegations: Callable[[Sequence[Digest]], list[bytes | None]]
    ) -> None:
        self._seal = seal
        self._delegations = delegations
        self._said: dict[Digest, bytes | None] = {}
        self._known: dict[Place, bool] = {}

    def are_ours(self, places: Sequence[Place]) -> list[bool]:
        """See of each place whether its result is ours."""
        own = [self._seal.is_result(*place) for place in places]
        found = list(zip(places, own, strict=True))
        self._read(place[0] for place, is_own in found if not is_own)
        return [is_own or self._is_ours(place) for place, is_own in found]

    def _is_ours(self, place: Place) -> bool:
        if self._leads_to_ours(place):
            return True
        self._said.clear()
        self._known.clear()
        return self._leads_to_ours(place)

    def _leads_to_ours(self, place: Place) -> bool:
        """Go on from step to step, to one whose own result it is, or of which it is known."""
        passed: dict[Place, None] = {}
        while place not in self._known and not self._seal.is_result(*place):
            said = None if place in passed else self._said_of(place[0])
            passed[place] = None
            if said is None:
                break
            place = *read_place(said), place[2]
        is_ours = self._known.get(place, place not in passed)
        self._known |= dict.fromkeys(passed, is_ours)
        return is_ours

    def _said_of(self, operation: Digest) -> bytes | None:
        """What one of ours has said that an operation went on as."""
        self._read([operation])
        said = self._said[operation]
        is_known = said is not None and self._seal.is_delegation(operation, said)
        return said if is_known else None

    def _read(self, operations: Iterable[Digest]) -> None:
        unread = [each for each in dict.fromkeys(operations) if each not in self._said]
        if unread:
            self._said |= zip(unread, self._delegations(unread), strict=True)
