"""A step while it is run: what it uses, from its beginning to the record of it.

CPU time and memory are told where the system can say them of this very step. A work-horse runs
many steps, and the kernel counts for the life of a process. CPU time is a difference. The peak
of memory is set back before a step where that can be done: on Linux ``/proc/self/clear_refs``
does it, in some microseconds (proc(5)). Of children the kernel keeps one peak, and of a child
that of its parent when it was started (the program that it becomes has less). So each of these
figures is the peak or a bound of it, and the largest tells which of the two the whole is.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Sequence
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage, struct_rusage
from typing import Final, TypeAlias

import msgspec

from funsies.store.execution_record import ExecutionRecord, encode_record
from funsies.store.rows import Claim

from .process_exit import peak_memory_bytes

_RESET: Final = b"5"
_RESET_SECONDS: Final = 0.02
"""Steps that are this short share a peak, as long as none of them raises it."""
_UNEVEN_BYTES: Final = 1 << 20
"""By how much two figures of the kernel for the same memory may differ."""

Peak: TypeAlias = tuple[int, bool]
"""A number of bytes, and whether the peak is that; if not, it is at most that."""


class Usage(msgspec.Struct, frozen=True):
    """What a step used.

    Attributes:
        cpu_seconds: CPU time of its processes and threads; None if it is not known.
        peak_memory_bytes: largest resident memory of one of its processes; None if that is
            not known: it is less than what the worker itself, or an earlier step, has used.
    """

    cpu_seconds: float | None = None
    peak_memory_bytes: int | None = None


NOT_MEASURED: Final = Usage()


class PeakMemory:
    """The peak of this process's memory, set back when a step begins.

    Args:
        is_ours: True if it may be set back: the process is funsies' own.
    """

    def __init__(self, *, is_ours: bool) -> None:
        self._is_ours = is_ours
        self._is_fresh_until = 0.0
        self._bytes = 0

    def set_back(self, own: struct_rusage) -> bool:
        """Set it back; False if that cannot be done.

        Left as it is if that was done just now, and nothing has raised it since.

        Args:
            own: what this process has used so far.
        """
        if not self._is_ours:
            return False
        now = time.monotonic()
        has_risen = peak_memory_bytes(own) > self._bytes + _UNEVEN_BYTES
        if has_risen or now > self._is_fresh_until:
            self._is_ours = _reset_peak()
            self._is_fresh_until = now + _RESET_SECONDS
            self._bytes = peak_memory_bytes(getrusage(RUSAGE_SELF))
        return self._is_ours


class Meter:
    """Measures what is used from when it is made.

    Args:
        peak: of this process.
    """

    __slots__ = ("_children", "_is_reset", "_own")

    def __init__(self, peak: PeakMemory) -> None:
        self._own = getrusage(RUSAGE_SELF)
        self._children = getrusage(RUSAGE_CHILDREN)
        self._is_reset = peak.set_back(self._own)

    def usage(self, measured: Sequence[struct_rusage] = ()) -> Usage:
        """What this process has used since, and children that it has waited for.

        Args:
            measured: what the children used, if that was measured for each of them.
        """
        own, children = getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN)
        cpu_seconds = _cpu(own) - _cpu(self._own) + _cpu(children) - _cpu(self._children)
        peaks = [_risen(own, self._own, is_known=self._is_reset)]
        if measured:
            peaks += [(peak_memory_bytes(each), True) for each in measured]
        elif _faults(children) > _faults(self._children):  # else nobody was waited for
            peaks.append(_risen(children, self._children))
        return Usage(cpu_seconds, _known(peaks))

    def usage_of(self, commands: Sequence[struct_rusage]) -> Usage:
        """What commands have used, without this process, which has run them."""
        if not commands:
            return NOT_MEASURED
        cpu_seconds = sum(map(_cpu, commands))
        own = peak_memory_bytes(getrusage(RUSAGE_SELF)) + _UNEVEN_BYTES
        peaks: list[Peak] = [
            (own, False),
            *((peak_memory_bytes(each), True) for each in commands),
        ]
        return Usage(cpu_seconds, _known(peaks))


def _known(peaks: Sequence[Peak]) -> int | None:
    """The largest, unless it is only a bound."""
    size_bytes, is_known = max(peaks)
    return size_bytes if is_known else None


def _risen(now: struct_rusage, before: struct_rusage, *, is_known: bool = False) -> Peak:
    """A peak; one that has not risen may be that of an earlier step."""
    return peak_memory_bytes(now), is_known or now.ru_maxrss > before.ru_maxrss


def _cpu(usage: struct_rusage) -> float:
    return usage.ru_utime + usage.ru_stime


def _faults(usage: struct_rusage) -> int:
    """Grows with each process that is waited for: all have touched memory."""
    return usage.ru_minflt + usage.ru_majflt


def _reset_peak() -> bool:
    try:
        file = os.open("/proc/self/clear_refs", os.O_WRONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return os.write(file, _RESET) == len(_RESET)
    except OSError:
        return False
    finally:
        os.close(file)


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


class UsageMeter:
    """Measures a step from when this is made.

    Args:
        claim: what is run.
        worker: name of the worker.
        bytes_in: size of its inputs.
        peak: of this process's memory.

    Attributes:
        seconds: how long it took, when it has ended.
    """

    def __init__(self, claim: Claim, worker: str, bytes_in: int, peak: PeakMemory) -> None:
        self._worker = worker
        self._attempt = claim.attempt
        self._bytes_in = bytes_in
        self._usage = NOT_MEASURED
        self.seconds: float = 0.0
        self._meter = Meter(peak)
        self._started, self._clock = time.time(), time.perf_counter()

    def end(self, children: Sequence[struct_rusage], *, ran_commands: bool) -> None:
        """Take note that the step has ended.

        Args:
            children: what processes used that were started for the step.
            ran_commands: True if they are all of it.
        """
        self.seconds = time.perf_counter() - self._clock
        measure = self._meter.usage_of if ran_commands else self._meter.usage
        self._usage = measure(children)

    def record(self, bytes_out: int = 0, *, delegated_to: str = "") -> bytes:
        """Record it, as JSON."""
        return execution_record(
            self._started,
            self.seconds,
            self._worker,
            self._attempt,
            usage=self._usage,
            bytes_in=self._bytes_in,
            bytes_out=bytes_out,
            delegated_to=delegated_to,
        )
