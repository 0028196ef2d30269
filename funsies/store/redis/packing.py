"""Rows of the store as bytes.

What scripts read has fixed offsets (``lua/shared/definitions.lua``).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple, ParamSpec, TypeVar

import msgspec

from funsies.core.digest import DIGEST_BYTES, Digest
from funsies.core.graph import constant_digest
from funsies.core.keyring import SIGNATURE_BYTES
from funsies.store.rows import (
    ArtefactRow,
    ConstantRow,
    Generation,
    InputRow,
    OperationRow,
    OperationState,
    QueueName,
    Status,
    StoredResult,
    TaskRow,
)

T = TypeVar("T")
P = ParamSpec("P")

DAMAGE: Final = (struct.error, msgspec.MsgspecError, LookupError, TypeError, ValueError)
"""What is raised if a row is read that is damaged."""

RESULT = struct.Struct(">B32sQ")
PACKED_RESULT_BYTES = RESULT.size
SEALED_RESULT_BYTES: Final = PACKED_RESULT_BYTES + SIGNATURE_BYTES
INPUT = struct.Struct(">B32sI")
HEADER = struct.Struct(">32sBIIII")
OUTPUT = struct.Struct(">c32sI")
OK, LARGE, EXECUTABLE = 1, 2, 4
STRICT, DYNAMIC = 1, 2
PRODUCER, LARGE_CONSTANT, SMALL_CONSTANT, SMALL_EXECUTABLE = 0, 2, 3, 4

_FEW: Final = 8
_NO_OPTIONS = bytes(DIGEST_BYTES)

_encode = msgspec.msgpack.Encoder().encode
_texts = msgspec.msgpack.Decoder(list[str])
_task = msgspec.msgpack.Decoder(TaskRow)


def pack_result(result: StoredResult) -> bytes:
    """Flags, digest, size: 41 bytes."""
    flags = OK * result.ok + LARGE * result.large + EXECUTABLE * result.executable
    return RESULT.pack(flags, result.content, result.size_bytes)


def unpack_result(data: bytes) -> StoredResult:
    """Read a packed result, whatever follows it."""
    flags, content, size = RESULT.unpack_from(data)
    return StoredResult(
        bool(flags & OK), Digest(content), bool(flags & LARGE), size, bool(flags & EXECUTABLE)
    )


def readable(read: Callable[P, T], *row: P.args, **more: P.kwargs) -> T | None:
    """Read a row; None if it is damaged. Whoever reads rows of the server does it by this."""
    try:
        return read(*row, **more)
    except DAMAGE:
        return None


def cut(data: bytes, width: int) -> list[bytes]:
    """Cut what has a fixed width apart."""
    return [data[at : at + width] for at in range(0, len(data), width)]


def pack_operation(row: OperationRow) -> bytes:
    """A definition: what scripts read first, then what only Python reads."""
    name = row.task_name.encode()
    inputs, outputs = row.inputs, row.outputs
    names = _packed_texts([item.name for item in inputs])
    wires = _packed_texts([item.wire for item in inputs])
    flags = STRICT * row.strict + DYNAMIC * row.dynamic
    return b"".join(
        (
            HEADER.pack(row.task, flags, len(inputs), len(outputs), len(name), len(names)),
            *map(_pack_input, inputs),
            name,
            names,
            *[item.artefact for item in inputs if item.large or item.content is None],
            *outputs,
            row.options or _NO_OPTIONS,
            wires,
        )
    )


def packed_names(data: bytes) -> bytes:
    """The names of the inputs in a definition, as they are there."""
    _, _, inputs, _, name, names = HEADER.unpack_from(data)
    at = HEADER.size + INPUT.size * inputs + name
    return data[at : at + names]


def _packed_texts(texts: list[str]) -> bytes:
    """Names, or wire forms, of inputs: a few are those of many operations."""
    return _remembered_texts(*texts) if len(texts) <= _FEW else _encode(texts)


@lru_cache(maxsize=256)
def _remembered_texts(*texts: str) -> bytes:
    return _encode(texts)


def _pack_input(item: InputRow) -> bytes:
    if item.producer is not None:
        return INPUT.pack(PRODUCER, item.producer, item.index)
    kind = SMALL_EXECUTABLE if item.executable else SMALL_CONSTANT
    if item.large:
        kind = LARGE_CONSTANT
    return INPUT.pack(kind, item.content or b"", item.size_bytes)


def unpack_operation(digest: Digest, data: bytes) -> OperationRow:
    """Read a definition; its signature follows it."""
    task, flags, inputs, outputs, name, names = HEADER.unpack_from(data)
    at = HEADER.size + INPUT.size * inputs
    fixed = list(INPUT.iter_unpack(data[HEADER.size : at]))
    task_name, at = data[at : at + name].decode(), at + name
    input_names, at = _texts.decode(data[at : at + names]), at + names
    named = sum(kind in (PRODUCER, LARGE_CONSTANT) for kind, _, _ in fixed)
    artefacts, at = iter(_digests(data, at, named)), at + DIGEST_BYTES * named
    made, at = _digests(data, at, outputs), at + DIGEST_BYTES * outputs
    options, at = Digest(data[at : at + DIGEST_BYTES]), at + DIGEST_BYTES
    wires = _texts.decode(data[at:-SIGNATURE_BYTES])
    if not inputs == len(fixed) == len(input_names) == len(wires):
        raise ValueError("the definition is not whole")
    rows = tuple(
        _unpack_input(*each, artefacts) for each in zip(fixed, input_names, wires, strict=True)
    )
    strict, dynamic = bool(flags & STRICT), bool(flags & DYNAMIC)
    return OperationRow(
        digest,
        Digest(task),
        task_name,
        strict,
        dynamic,
        rows,
        tuple(made),
        None if options == _NO_OPTIONS else options,
    )


def _digests(data: bytes, at: int, number: int) -> list[Digest]:
    end = at + DIGEST_BYTES * number
    return [Digest(data[each : each + DIGEST_BYTES]) for each in range(at, end, DIGEST_BYTES)]


def _unpack_input(
    fixed: tuple[int, bytes, int], name: str, wire: str, artefacts: Iterator[Digest]
) -> InputRow:
    kind, address, number = fixed
    digest = Digest(address)
    if kind == PRODUCER:
        return InputRow(name, next(artefacts), digest, number, None, wire)
    if kind == LARGE_CONSTANT:
        return InputRow(name, next(artefacts), None, 0, digest, wire, large=True)
    if kind not in (SMALL_CONSTANT, SMALL_EXECUTABLE):
        raise ValueError("an input is of no kind")
    executable = kind == SMALL_EXECUTABLE
    artefact = constant_digest(wire, digest, executable=executable)
    return InputRow(name, artefact, None, 0, digest, wire, False, number, executable)


def pack_constant(row: ConstantRow) -> bytes:
    """What the index of artefacts keeps for a constant: its result, and its wire form."""
    result = StoredResult(True, row.content, row.large, row.size_bytes, row.executable)
    return b"c" + pack_result(result) + row.wire.encode()


def unpack_artefact(digest: Digest, data: bytes) -> ArtefactRow:
    """Read an entry of the index of artefacts, but for the operations that need an output."""
    if data[:1] == b"o":
        _, producer, index = OUTPUT.unpack_from(data)
        if len(data) % DIGEST_BYTES != OUTPUT.size % DIGEST_BYTES:
            raise ValueError("the operations that need it are cut off")
        return ArtefactRow(digest, Digest(producer), index, None)
    end = RESULT.size + 1
    result = unpack_result(data[1:])
    wire = data[end:].decode()
    constant = ConstantRow(
        digest, result.content, wire, result.large, result.size_bytes, result.executable
    )
    return ArtefactRow(digest, None, 0, constant)


def pack_task(row: TaskRow) -> bytes:
    """A task; only Python reads it."""
    return _encode(row)


def unpack_task(data: bytes) -> TaskRow:
    """Read a task."""
    return _task.decode(data)


def pairs(flat: Sequence[bytes]) -> dict[bytes, bytes]:
    """What a script returned as key, value, key, value, ..."""
    return dict(zip(flat[::2], flat[1::2], strict=True))


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
