"""The two stores that a program works with, opened together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .data import open_data_store
from .ports import DataStore, GraphStore

INLINE_BYTES: Final = 32 * 1024
"""Values up to this size are kept beside the graph, larger ones in the data store."""


@dataclass(frozen=True, slots=True)
class Backend:
    """Where a program keeps its graph and its values.

    Attributes:
        graph: the graph, its state, and small values.
        data: large values.
        key: with which task definitions are signed; None if they are not.
        is_in_process: True if no other process can see it, so that no worker can help.
    """

    graph: GraphStore
    data: DataStore
    key: bytes | None = None
    is_in_process: bool = False

    def close(self) -> None:
        """Close the connections."""
        self.graph.close()
        self.data.close()


def open_backend(
    jobs_url: str,
    data_url: str | None = None,
    key: bytes | None = None,
    *,
    max_outage_seconds: float | None = None,
) -> Backend:
    """Open the stores; nothing is sent yet.

    Args:
        jobs_url: ``redis://``, ``rediss://``, ``unix://``, or ``memory://``.
        data_url: the same, or ``file:///directory``; None for that of the graph.
        key: with which task definitions are signed.
        max_outage_seconds: how long a call waits for a server that does not answer.

    Raises:
        FunsiesError: if a URL is none of these.
    """
    data = open_data_store(data_url or jobs_url)
    if jobs_url.startswith("memory:"):
        from .memory import MemoryStore  # noqa: PLC0415 - only who needs it loads it

        return Backend(MemoryStore(), data, key, is_in_process=True)
    from .redis import RedisStore  # noqa: PLC0415 - only who needs it loads it

    if max_outage_seconds is None:
        return Backend(RedisStore(jobs_url), data, key)
    return Backend(RedisStore(jobs_url, max_outage_seconds=max_outage_seconds), data, key)
