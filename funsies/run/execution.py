"""A step while it is run: from its beginning to the record of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from resource import struct_rusage

from funsies.store.rows import Claim

from .record import execution_record
from .usage import NOT_MEASURED, Meter, PeakMemory


class Execution:
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
