"""The store in the memory of one process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from funsies.core.digest import Digest
from funsies.core.durations import steady_seconds
from funsies.store.rows import OperationState

from .execution import MemoryExecution
from .graph import MemoryReader, MemoryWriter
from .housekeeping import MemoryHousekeeping
from .named import MemoryNamedRecords
from .news import MemoryNews
from .repair import MemoryRepair
from .requesting import MemoryRequests
from .tables import Tables, atomic

_STARTED_MS: Final = time.time_ns() // 1_000_000 - round(steady_seconds() * 1000)
"""Time by the system's clock when that of the store was 0."""


class MemoryStore(
    MemoryReader, MemoryWriter, MemoryRequests, MemoryExecution, MemoryHousekeeping
):
    """A :class:`~funsies.store.ports.GraphStore` without a server, safe to share by threads.

    Args:
        clock: time in milliseconds; if None one that nobody sets, unlike the system's.
    """

    def __init__(self, *, clock: Callable[[], int] | None = None) -> None:
        tables, lock = Tables(clock or _steady_ms), threading.RLock()
        super().__init__(tables, lock)
        self.named: Final = MemoryNamedRecords()
        self.news: Final = MemoryNews(tables, lock)
        self.repair: Final = MemoryRepair(tables, lock)

    def __repr__(self) -> str:
        """Say how much is kept."""
        return f"MemoryStore({len(self._tables.definitions)} operations)"

    # -- news

    @atomic
    def watch(self, client: str, operations: Sequence[Digest]) -> list[OperationState]:
        """See :meth:`GraphStore.watch`."""
        tables = self._tables
        for operation in operations:
            if tables.look(operation).status.is_pending:
                tables.watchers.setdefault(operation, set()).add(client)
        return self.states(operations)

    # -- life

    def check(self) -> None:
        """Nothing can be wrong."""

    @atomic
    def clear(self) -> None:
        """See :meth:`GraphStore.clear`: who listens still does."""
        self._tables.clear()
        self.named.clear()

    def close(self) -> None:
        """Nothing is open; what is kept stays until the object goes."""


def _steady_ms() -> int:
    return _STARTED_MS + round(steady_seconds() * 1000)
