"""Names that the store and workers use for one another."""

from __future__ import annotations

from typing import Final, NewType

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
