"""Records under names, in memory."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence


class MemoryNamedRecords:
    """See :class:`~funsies.store.ports.NamedRecords`; safe to share by threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kinds: dict[str, dict[str, bytes]] = {}

    def get(self, kind: str, name: str) -> bytes | None:
        """See :meth:`NamedRecords.get`."""
        return self.get_many(kind, [name])[0]

    def get_many(self, kind: str, names: Sequence[str]) -> list[bytes | None]:
        """See :meth:`NamedRecords.get_many`."""
        with self._lock:
            records = self._kinds.get(kind, {})
            return [records.get(name) for name in names]

    def get_all(self, kind: str) -> dict[str, bytes]:
        """See :meth:`NamedRecords.get_all`."""
        with self._lock:
            return dict(self._kinds.get(kind, {}))

    def names(self, kind: str) -> list[str]:
        """See :meth:`NamedRecords.names`."""
        return list(self.get_all(kind))

    def save(self, kind: str, records: Mapping[str, bytes]) -> None:
        """See :meth:`NamedRecords.save`."""
        with self._lock:
            self._kinds.setdefault(kind, {}).update(records)

    def setdefault(self, kind: str, name: str, data: bytes) -> bytes:
        """See :meth:`NamedRecords.setdefault`."""
        with self._lock:
            return self._kinds.setdefault(kind, {}).setdefault(name, data)

    def delete(self, kind: str, names: Sequence[str] | None = None) -> None:
        """See :meth:`NamedRecords.delete`."""
        with self._lock:
            records = self._kinds.get(kind, {})
            for name in list(records) if names is None else names:
                records.pop(name, None)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._kinds.clear()
