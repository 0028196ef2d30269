"""Records of executions, made where they end."""

from __future__ import annotations

import os
import socket
import time
from typing import Final

from funsies.store.execution_record import ExecutionRecord, encode_record

from .usage import NOT_MEASURED, Usage

HOST: Final = socket.gethostname()


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
    """Record an execution by this process."""
    record = ExecutionRecord(
        started=started,
        seconds=seconds,
        worker=worker,
        host=HOST,
        pid=os.getpid(),
        attempt=attempt,
        cpu_seconds=usage.cpu_seconds,
        peak_memory_bytes=usage.peak_memory_bytes,
        bytes_in=bytes_in,
        bytes_out=bytes_out,
        linked=linked,
        delegated_to=delegated_to,
    )
    return encode_record(record)


def record_of_killed(
    seconds: float, worker: str, attempt: int, peak_memory_bytes: int | None
) -> bytes:
    """Record an execution whose process has just died."""
    record = ExecutionRecord(
        started=time.time() - seconds,
        seconds=seconds,
        worker=worker,
        host=HOST,
        pid=0,
        attempt=attempt,
        peak_memory_bytes=peak_memory_bytes,
        was_killed=True,
    )
    return encode_record(record)
