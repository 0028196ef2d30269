"""The record of an execution as it is kept: who ran it, when, and how long it took."""

from __future__ import annotations

from typing import Final

import msgspec

from funsies.core.digest import DIGEST_BYTES, Digest

_MICROSECONDS: Final = 1_000_000
_LINKED, _KILLED = 1, 2


class ExecutionRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an operation was run.

    Attributes:
        started: when, seconds since 1970.
        seconds: how long it took.
        worker: name of the worker.
        host: name of the machine.
        pid: process that ran it; 0 if it is not known.
        attempt: 1 for the first: how often the step was started since it was asked for.
        cpu_seconds: CPU time of its processes and threads; None if it is not known. In a
            program that runs steps itself, that of the program meanwhile.
        peak_memory_bytes: largest resident memory of one of its processes; None if it is not
            known.
        bytes_in: size of its inputs; None if it was not run.
        bytes_out: size of its results that are no errors; None if it was not run.
        linked: True if nothing was run: the results of an equal run were taken.
        was_killed: True if its process died, and its worker has recorded what it knows.
        delegated_to: hash of the operation whose result stands for that of a dynamic one.
    """

    started: float
    seconds: float
    worker: str
    host: str
    pid: int
    attempt: int
    cpu_seconds: float | None = None
    peak_memory_bytes: int | None = None
    bytes_in: int | None = None
    bytes_out: int | None = None
    linked: bool = False
    was_killed: bool = False
    delegated_to: str = ""

    @property
    def ended(self) -> float:
        """When it ended, seconds since 1970."""
        return self.started + self.seconds

    @property
    def went_on_as(self) -> Digest | None:
        """The operation whose result stands for that of a dynamic one; None for others."""
        return Digest(bytes.fromhex(self.delegated_to)) if self.delegated_to else None


class _Packed(msgspec.Struct, frozen=True, array_like=True):
    """The same as it is kept: a MessagePack array without names, of whole microseconds.

    There is one for each step that has run, so that each byte of it counts.
    """

    started_microseconds: int
    microseconds: int
    worker: str
    host: str
    pid: int
    attempt: int
    cpu_microseconds: int | None
    peak_memory_bytes: int | None
    bytes_in: int | None
    bytes_out: int | None
    flags: int
    delegated_to: bytes


_encode = msgspec.msgpack.Encoder().encode
_packed = msgspec.msgpack.Decoder(_Packed)


def encode_record(record: ExecutionRecord) -> bytes:
    """Make a record into the bytes that are kept; times are rounded to microseconds."""
    cpu = record.cpu_seconds
    return _encode(
        _Packed(
            round(record.started * _MICROSECONDS),
            round(record.seconds * _MICROSECONDS),
            record.worker,
            record.host,
            record.pid,
            record.attempt,
            None if cpu is None else round(cpu * _MICROSECONDS),
            record.peak_memory_bytes,
            record.bytes_in,
            record.bytes_out,
            _LINKED * record.linked + _KILLED * record.was_killed,
            bytes.fromhex(record.delegated_to),
        )
    )


def decode_record(data: bytes | None) -> ExecutionRecord | None:
    """Read a record back; None if there is none, or it is damaged."""
    if not data:
        return None
    try:
        packed = _packed.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    if len(packed.delegated_to) not in (0, DIGEST_BYTES):
        return None
    cpu = packed.cpu_microseconds
    return ExecutionRecord(
        started=packed.started_microseconds / _MICROSECONDS,
        seconds=packed.microseconds / _MICROSECONDS,
        worker=packed.worker,
        host=packed.host,
        pid=packed.pid,
        attempt=packed.attempt,
        cpu_seconds=None if cpu is None else cpu / _MICROSECONDS,
        peak_memory_bytes=packed.peak_memory_bytes,
        bytes_in=packed.bytes_in,
        bytes_out=packed.bytes_out,
        linked=bool(packed.flags & _LINKED),
        was_killed=bool(packed.flags & _KILLED),
        delegated_to=packed.delegated_to.hex(),
    )
