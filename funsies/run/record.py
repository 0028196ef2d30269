"""The record of an execution: who ran it, when, and how long it took."""

from __future__ import annotations

import os
import resource
import socket
from typing import Final

import msgspec

from .process_end import peak_memory_bytes

HOST: Final = socket.gethostname()


class ExecutionRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an operation was run.

    Attributes:
        started: when, seconds since 1970.
        seconds: how long it took.
        worker: name of the worker.
        host: name of the machine.
        pid: process that ran it.
        attempt: 1 for the first.
        peak_memory_bytes: largest resident memory of that process, or of a child of it, so far.
        linked: True if nothing was run: the results of an equal run were taken.
        delegated_to: hash of the operation whose result stands for that of a dynamic one.
    """

    started: float
    seconds: float
    worker: str
    host: str
    pid: int
    attempt: int
    peak_memory_bytes: int = 0
    linked: bool = False
    delegated_to: str = ""


def execution_record(
    started: float,
    seconds: float,
    worker: str,
    attempt: int,
    *,
    linked: bool = False,
    delegated_to: str = "",
) -> bytes:
    """Record an execution by this process, as JSON."""
    record = ExecutionRecord(
        started=round(started, 3),
        seconds=round(seconds, 6),
        worker=worker,
        host=HOST,
        pid=os.getpid(),
        attempt=attempt,
        peak_memory_bytes=0 if linked else _peak_memory_bytes(),
        linked=linked,
        delegated_to=delegated_to,
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


def _peak_memory_bytes() -> int:
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(peak_memory_bytes(resource.getrusage(each)) for each in whose)
