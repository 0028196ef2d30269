"""Records under names: a hash on the server for each kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from funsies.store.batches import batches

from . import answers
from .calling import Caller


class RedisNamedRecords(Caller):
    """See :class:`~funsies.store.ports.NamedRecords`."""

    def get(self, kind: str, name: str) -> bytes | None:
        """See :meth:`NamedRecords.get`."""
        return self._field(self._keys.named(kind), name.encode())

    def get_many(self, kind: str, names: Sequence[str]) -> list[bytes | None]:
        """See :meth:`NamedRecords.get_many`."""
        return self._fields(self._keys.named(kind), [name.encode() for name in names])

    def get_all(self, kind: str) -> dict[str, bytes]:
        """See :meth:`NamedRecords.get_all`."""
        flat = answers.flat(self._call("HGETALL", self._keys.named(kind)))
        names = [name.decode(errors="replace") for name in flat[::2]]
        return dict(zip(names, flat[1::2], strict=True))

    def names(self, kind: str) -> list[str]:
        """See :meth:`NamedRecords.names`."""
        found = answers.flat(self._call("HKEYS", self._keys.named(kind)))
        return [name.decode(errors="replace") for name in found]

    def save(self, kind: str, records: Mapping[str, bytes]) -> None:
        """See :meth:`NamedRecords.save`."""
        for page in batches(list(records.items())):
            fields = [each for name, data in page for each in (name.encode(), data)]
            self._call("HSET", self._keys.named(kind), *fields)

    def setdefault(self, kind: str, name: str, data: bytes) -> bytes:
        """See :meth:`NamedRecords.setdefault`."""
        self._call("HSETNX", self._keys.named(kind), name.encode(), data)
        # Ours, or that of whoever was first; it is gone if all was cleared since.
        kept = self.get(kind, name)
        return data if kept is None else kept

    def delete(self, kind: str, names: Sequence[str] | None = None) -> None:
        """See :meth:`NamedRecords.delete`."""
        if names is None:
            self._call("UNLINK", self._keys.named(kind))
        elif names:
            self._call("HDEL", self._keys.named(kind), *(name.encode() for name in names))
