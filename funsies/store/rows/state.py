"""How operations stand, and the names that the store and workers use for one another."""

from __future__ import annotations

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


class Result(msgspec.Struct, frozen=True, gc=False):
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
    results: tuple[Result, ...] = ()
    attempts: int = 0
    missing: int = 0
    queue: QueueName = NO_QUEUE
    wanted_by: tuple[Generation, ...] = ()

    @property
    def error(self) -> Digest | None:
        """Content address of the first error among the results."""
        return next((each.content for each in self.results if not each.ok), None)
