"""Names of the parties: namespace, slots, fences."""

from __future__ import annotations

import os
import secrets
import socket
from typing import Final

from funsies.store.key_names import DEFAULT_NAMESPACE
from funsies.store.rows import Fence

NAMESPACE: Final = DEFAULT_NAMESPACE
"""First part of every key on the server, those of RQ included."""

FENCE_BYTES: Final = 16


def new_fence() -> Fence:
    """Make the right to publish one result: random, so that no two claims ever share it."""
    return Fence(secrets.token_bytes(FENCE_BYTES))


def new_slot() -> str:
    """Name a process that claims operations: host, process, and something unique."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
