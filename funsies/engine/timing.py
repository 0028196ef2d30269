"""How long the engine waits for what. All times are in seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The engine's patience.

    A machine that vanishes is noticed within ``lease_seconds + sweep_seconds``.

    Attributes:
        lease_seconds: how long the right to run an operation holds without renewal.
        sweep_seconds: pause between two searches for expired leases and delays that are due.
        audit_seconds: pause between two searches for circles of dynamic operations.
        tick_seconds: pause between two looks of a worker at its child, or at its queues when
            it is idle.
        slice_seconds: longest time that a child goes on claiming operations.
        timeout_grace_seconds: how long past an operation's ``timeout`` its process may live.
        stop_grace_seconds: how long a running operation may go on after SIGTERM before it is
            put back. Batch systems leave some 30 seconds between SIGTERM and SIGKILL.
        preempt_seconds: how long a child may take to put its operation back.
        debounce_seconds: a second SIGTERM within this time counts as the first: a batch system
            and the parent process often both send one.
        worker_seconds: how long a worker counts as alive after its last sign of life.
        backoff_seconds: longest pause between two attempts to reach a server that is away.
        walltime_margin_seconds: how long before a batch system ends its job a worker begins to
            leave. It must be longer than ``stop_grace_seconds`` and ``preempt_seconds``.
        fork_backoff_seconds: longest pause between two children that get nothing done.
        outage_seconds: how long a child tries to report a result to a server that is away.
    """

    lease_seconds: float = 15.0
    sweep_seconds: float = 2.0
    audit_seconds: float = 10.0
    tick_seconds: float = 1.0
    slice_seconds: float = 60.0
    timeout_grace_seconds: float = 2.0
    stop_grace_seconds: float = 5.0
    preempt_seconds: float = 2.0
    debounce_seconds: float = 0.5
    worker_seconds: float = 45.0
    backoff_seconds: float = 2.0
    fork_backoff_seconds: float = 30.0
    outage_seconds: float = 300.0
    walltime_margin_seconds: float = 30.0

    @property
    def lease_ms(self) -> int:
        """Length of a lease, milliseconds."""
        return int(self.lease_seconds * 1000)

    @property
    def renew_seconds(self) -> float:
        """Pause between two renewals of a lease: two may fail before it is lost."""
        return self.lease_seconds / 3
