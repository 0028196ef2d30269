"""Whether a server has room for a large value.

Without a limit it takes all the memory that its machine has, until the machine ends it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from funsies.core.errors import ServerError

from .chunks import CHUNK_BYTES

CHUNKS_BETWEEN_LOOKS: Final = 64
"""So many chunks of a value are sent before one looks again."""

MOST_USED: Final = 0.8
"""The part of a machine's memory that a server may fill.

The rest is for what changes while it rewrites its file, and for others."""


def see_room(told: Mapping[str, Any], place: str) -> None:
    """See that there is room for the next chunks.

    Args:
        told: what a server tells of its memory, and of its machine's.
        place: address of the server, for people.

    Raises:
        ServerError: if there is none, or it is not to be used.
    """
    machine_bytes = int(told.get("total_system_memory", 0))
    wanted_bytes = int(told.get("used_memory", 0)) + CHUNKS_BETWEEN_LOOKS * CHUNK_BYTES
    if machine_bytes and wanted_bytes > MOST_USED * machine_bytes:
        raise ServerError(
            f"the server at {place} is full: with this value it would use more than "
            f"{MOST_USED:.0%} of the {machine_bytes >> 20:,} MiB that its machine has; delete "
            "what is not needed, or keep large values on disk (file:///path/to/directory)"
        )
