"""How operations stand, and the names that the store and workers use for one another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NewType

import msgspec

from funsies.core.digest import Digest

Fence = NewType("Fence", bytes)
"""16 random bytes, made by the worker for each claim: the right to publish a result."""

Generation = NewType("Generation", int)
"""Number of a request, growing with time: max(server time in ms, last generation + 1)."""

QueueName = NewType("QueueName", str)
"""Queue and minor version of Python, e.g. ``"default@3.11"``: workers serve one version."""

NEVER: Final = Generation(0)
"""Generation of what nobody has asked for."""

NO_QUEUE: Final = QueueName("")
"""Queue of what is on none."""


def log_client(operation: Digest) -> str:
    """Name under which those subscribe who follow what a step prints."""
    return f"log:{operation.hex()}"


def fence_of(message: Fence, number: int) -> Fence:
    """The fence of one of the claims of a message: its number is added to the first byte."""
    return Fence(bytes(((message[0] + number) % 256,)) + message[1:]) if number else message


class Status(StrEnum):
    """State of an operation."""

    IDLE = "idle"
    WAITING = "waiting"
    READY = "ready"
    DELAYED = "delayed"
    RUNNING = "running"
    DELEGATED = "delegated"
    DONE = "done"
    FAILED = "failed"
    """Finished, with at least one output that is an error."""

    @property
    def is_finished(self) -> bool:
        """True for done and failed."""
        return self in _FINISHED

    @property
    def is_pending(self) -> bool:
        """True if somebody asked for it and it is not finished."""
        return self is not Status.IDLE and not self.is_finished


_FINISHED: Final = frozenset({Status.DONE, Status.FAILED})


class StoredResult(msgspec.Struct, frozen=True, gc=False):
    """The result of one output.

    Attributes:
        ok: True for a value, False for an encoded error.
        content: address of the bytes of the value or of the error.
        large: True if the bytes are in the data store, not beside the graph.
        size_bytes: their number.
        executable: True for a file that may be run as a program.
    """

    ok: bool
    content: Digest
    large: bool
    size_bytes: int
    executable: bool = False


class OperationState(msgspec.Struct, frozen=True, gc=False):
    """What the store knows of the progress of an operation.

    Attributes:
        status: where it stands.
        generation: of the newest request for it; 0 if never requested.
        volatile: True if the result comes from an infrastructure failure, or depends on one.
        results: by output; empty unless finished.
        attempts: how often it was started since it was last requested afresh.
        missing: number of distinct producers that it waits for.
        queue: on which it is to run; "" if never requested.
        wanted_by: requests that want it while it is pending, oldest first.
    """

    status: Status
    generation: Generation = NEVER
    volatile: bool = False
    results: tuple[StoredResult, ...] = ()
    attempts: int = 0
    missing: int = 0
    queue: QueueName = NO_QUEUE
    wanted_by: tuple[Generation, ...] = ()

    @property
    def error(self) -> Digest | None:
        """Content address of the first error among the results."""
        return next((each.content for each in self.results if not each.ok), None)


@dataclass(frozen=True, slots=True)
class TaskCounts:
    """Counters of all operations with one task name.

    The first seven, ``skipped`` and ``volatile`` say how many operations are in each state now;
    the rest grow for ever.

    Attributes:
        executed: runs that published a result.
        linked: results taken from a trace.
        skipped: failed operations that were not run, as an input is an error.
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


class Found(msgspec.Struct, frozen=True):
    """An address found by a prefix: an artefact or an operation."""

    digest: Digest
    is_operation: bool


class SetAside(msgspec.Struct, frozen=True):
    """Something that was damaged, and that the store has set aside.

    Attributes:
        what: what it was, in words.
        name: its address, or the rest of its key.
    """

    what: str
    name: str


class Lease(msgspec.Struct, frozen=True):
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


class Failed(msgspec.Struct, frozen=True):
    """An operation that was run and has failed.

    Attributes:
        number: grows from one failure to the next.
        operation: its address.
    """

    number: int
    operation: Digest
