"""The record of an execution: who ran it, when, and how long it took."""

from __future__ import annotations

import os
import socket
import time
from typing import Annotated, Final

import msgspec

from .usage import NOT_MEASURED, Usage

HOST: Final = socket.gethostname()

_HASH_OR_NOTHING: Final = r"\A(?:[0-9a-f]{64})?\Z"


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
            known. (Records of older versions have the peak of the worker's process so far.)
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
    delegated_to: Annotated[str, msgspec.Meta(pattern=_HASH_OR_NOTHING)] = ""

    @property
    def ended(self) -> float:
        """When it ended, seconds since 1970."""
        return self.started + self.seconds


def execution_record(
    started: float,
    seconds: float,
    worker: str,
    attempt: int,
    *,
    usage: Usage = NOT_MEASURED,
    bytes_in: int | None = None,
    bytes_out: int | None = None,
    linked: bool = False,
    delegated_to: str = "",
) -> bytes:
    """Record an execution by this process, as JSON."""
    record = ExecutionRecord(
        started=round(started, 6),
        seconds=round(seconds, 6),
        worker=worker,
        host=HOST,
        pid=os.getpid(),
        attempt=attempt,
        cpu_seconds=None if usage.cpu_seconds is None else round(usage.cpu_seconds, 6),
        peak_memory_bytes=usage.peak_memory_bytes,
        bytes_in=bytes_in,
        bytes_out=bytes_out,
        linked=linked,
        delegated_to=delegated_to,
    )
    return msgspec.json.encode(record)


def record_of_killed(
    seconds: float, worker: str, attempt: int, peak_memory_bytes: int | None
) -> bytes:
    """Record an execution whose process has just died, as JSON."""
    record = ExecutionRecord(
        started=round(time.time() - seconds, 6),
        seconds=round(seconds, 6),
        worker=worker,
        host=HOST,
        pid=0,
        attempt=attempt,
        peak_memory_bytes=peak_memory_bytes,
        was_killed=True,
    )
    return msgspec.json.encode(record)


def decode_record(data: bytes | None) -> ExecutionRecord | None:
    """Read a record back; None if there is none, or it is damaged."""
    if not data:
        return None
    try:
        return msgspec.json.decode(data, type=ExecutionRecord)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
