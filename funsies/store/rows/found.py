"""What is found by those who look: counters, addresses, leases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from funsies.core.digest import Digest
from funsies.store.rows.state import Fence


@dataclass(frozen=True, slots=True)
class TaskCounts:
    """Counters of all operations with one task name.

    The first seven, and ``volatile``, say how many operations are in each state now; the rest
    grow for ever.

    Attributes:
        executed: runs that published a result.
        linked: results taken from a trace.
        skipped: operations ended by an error among their inputs.
        lost: runs that were lost with their worker.
        busy_ms: milliseconds spent in runs.
        volatile: finished operations whose results are volatile.
    """

    waiting: int = 0
    ready: int = 0
    delayed: int = 0
    running: int = 0
    delegated: int = 0
    done: int = 0
    failed: int = 0
    executed: int = 0
    linked: int = 0
    skipped: int = 0
    lost: int = 0
    busy_ms: int = 0
    volatile: int = 0

    @property
    def pending(self) -> int:
        """Operations that somebody asked for and that are not finished."""
        return self.waiting + self.ready + self.delayed + self.running + self.delegated


@dataclass(frozen=True, slots=True)
class Found:
    """An address found by a prefix: an artefact or an operation."""

    digest: Digest
    is_operation: bool


@dataclass(frozen=True, slots=True)
class SetAside:
    """Something that was damaged, and that the store has set aside.

    Attributes:
        what: what it was, in words.
        name: its address, or the rest of its key.
    """

    what: str
    name: str


@dataclass(frozen=True, slots=True)
class Lease:
    """A running operation: who runs it, and until when the lease holds (server time, ms).

    Attributes:
        running_ms: since when, by the server's clock: that of a client may differ.
    """

    operation: Digest
    slot: str
    fence: Fence
    expires_ms: int
    started_ms: int
    running_ms: int = 0


def at_work(leases: Iterable[Lease]) -> list[Lease]:
    """One lease of each slot: of what was claimed together, one runs at a time.

    What has run for longer than a moment is alone under its slot by then.
    """
    return list({lease.slot: lease for lease in reversed(list(leases))}.values())


@dataclass(frozen=True, slots=True)
class Failed:
    """An operation that was run and has failed.

    Attributes:
        number: grows from one failure to the next.
        operation: its address.
    """

    number: int
    operation: Digest
