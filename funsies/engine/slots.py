"""Slots, under which processes claim, and fences, under which they publish what came of it."""

from __future__ import annotations

import os
import secrets
import socket
from typing import Final

import msgspec

from funsies.store.rows import Fence

FENCE_BYTES: Final = 16


def new_fence() -> Fence:
    """Make the right to publish one result: random, so that no two claims ever share it."""
    return Fence(secrets.token_bytes(FENCE_BYTES))


def new_slot() -> str:
    """Name a process that claims operations: host, process, and something unique."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


class InheritedClaim(msgspec.Struct, frozen=True):
    """A claim that the predecessor has left under its slot.

    Attributes:
        sequence: number of the message by which it was claimed.
        fence: under which.
    """

    sequence: int
    fence: Fence


class Assignment(msgspec.Struct, frozen=True):
    """Where a process takes up its work.

    Attributes:
        slot: under which it claims.
        inherited: what it finds there, before it claims anything itself; None for nothing.
    """

    slot: str
    inherited: InheritedClaim | None = None
