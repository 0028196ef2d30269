"""States of operations as they are kept (``lua/shared/state.lua`` says where what stands)."""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from funsies.store.rows import Generation, OperationState, QueueName, Status

from .packing import cut, unpack_result
from .seal import SEALED_RESULT_BYTES

STATUSES: Final = {
    b"w": Status.WAITING,
    b"r": Status.READY,
    b"z": Status.DELAYED,
    b"u": Status.RUNNING,
    b"g": Status.DELEGATED,
    b"d": Status.DONE,
    b"f": Status.FAILED,
}
"""Statuses by the letter that stands for them."""

IDLE: Final = b"-"

_HEAD: Final = struct.Struct(">cBQ3sH")
_PENDING: Final = struct.Struct(">9x32xQQB")
_WANTED: Final = struct.Struct(">I")
_MISSING: Final = struct.Struct(">8sI")
_VOLATILE, _WITHDRAWN, _HAS_TRACE, _HAS_RECORD = 1, 2, 16, 64
_TRACE_BYTES: Final = 16
_GENERATION_BYTES: Final = 8
_RECORD_LENGTH: Final = struct.Struct(">H")


class Kept(NamedTuple):
    """What the row of a state says.

    Attributes:
        state: the state.
        results: of a finished operation, with their signatures.
        record: of its last run; None if there is none.
    """

    state: OperationState
    results: list[bytes]
    record: bytes | None


NOTHING_KEPT: Final = Kept(OperationState(Status.IDLE), [], None)
"""What is said of an operation without a state, and of one whose state is damaged."""


def unpack_state(row: bytes) -> Kept:
    """Read the row of a state; what is raised is DAMAGE."""
    letter, flags, generation, attempts, length = _HEAD.unpack_from(row)
    status = Status.IDLE if letter == IDLE else STATUSES[letter]
    at = _HEAD.size + length
    queue = QueueName(row[_HEAD.size : at].decode())
    at += _TRACE_BYTES * bool(flags & _HAS_TRACE) + _GENERATION_BYTES * bool(flags & _WITHDRAWN)
    record, at = _record(row, at) if flags & _HAS_RECORD else (None, at)
    sealed: list[bytes] = []
    wanted: tuple[Generation, ...] = ()
    missing = 0
    if status.is_finished:
        sealed = _results(row[at:])
    elif status.is_pending:
        wanted, at = _wanted(row, at)
        end = _end(status, row, at)
        if end != len(row):
            raise ValueError("a state is cut off")
        missing = _MISSING.unpack_from(row, at)[1] if status is Status.WAITING else 0
    state = OperationState(
        status=status,
        generation=Generation(generation),
        volatile=bool(flags & _VOLATILE),
        results=tuple(map(unpack_result, sealed)),
        attempts=int.from_bytes(attempts, "big"),
        missing=missing,
        queue=queue,
        wanted_by=wanted,
    )
    return Kept(state, sealed, record)


def _record(row: bytes, at: int) -> tuple[bytes, int]:
    (length,) = _RECORD_LENGTH.unpack_from(row, at)
    first, at = at + _RECORD_LENGTH.size, at + _RECORD_LENGTH.size + length
    if at > len(row):
        raise ValueError("a record is cut off")
    return row[first:at], at


_TAILS: Final = {Status.WAITING: 12, Status.DELEGATED: 44, Status.READY: 17, Status.DELAYED: 0}


def _end(status: Status, row: bytes, at: int) -> int:
    if status is not Status.RUNNING:
        return at + _TAILS[status]
    at += 1 + row[at]
    return at + 2 + int.from_bytes(row[at : at + 2], "big")


def _results(data: bytes) -> list[bytes]:
    if not data or len(data) % SEALED_RESULT_BYTES:
        raise ValueError("results are gone")
    return cut(data, SEALED_RESULT_BYTES)


def _wanted(row: bytes, at: int) -> tuple[tuple[Generation, ...], int]:
    """The generations that want what is pending, and where they end."""
    at += _PENDING.size + _PENDING.unpack_from(row, at)[-1]
    (length,) = _WANTED.unpack_from(row, at)
    first, at = at + _WANTED.size, at + _WANTED.size + length
    numbers = (int.from_bytes(each, "big") for each in cut(row[first:at], _GENERATION_BYTES))
    return tuple(sorted(map(Generation, numbers))), at
