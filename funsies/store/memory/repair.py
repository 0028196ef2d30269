"""Damage in memory: bytes that are gone, or are not what their digests say."""

from __future__ import annotations

from collections.abc import Iterator

from funsies.core.digest import Digest, content_digest
from funsies.store.rows import (
    Damage,
    DamagedPart,
    Fault,
    LargeFaults,
    SetAside,
    StoredResult,
    Tell,
)

from .moves import forget
from .tables import Locked, Tables, atomic


class MemoryRepair(Locked):
    """See :class:`~funsies.store.ports.Repair`."""

    def damages(self, large_faults: LargeFaults, tell: Tell) -> Iterator[Damage]:
        """See :meth:`Repair.damages`."""
        with self._lock:  # not while others go on with what was found
            found = list(_damages(self._tables, large_faults, tell))
        yield from found

    def tidy(self, *, everything: bool = False) -> int:  # noqa: ARG002
        """See :meth:`Repair.tidy`: nothing is set aside here."""
        return 0

    @atomic
    def mend(self, damage: Damage) -> bool:
        """See :meth:`Repair.mend`."""
        tables = self._tables
        content = damage.content
        if content is None:
            return False
        is_bad = content in tables.contents and _is_changed(tables, content)
        if is_bad:
            del tables.contents[content]
        if damage.operation is None:
            return is_bad
        results = tables.look(damage.operation).results
        is_named = any(
            result.content == content and (result.large or not tables.has_bytes((result,)))
            for result in results
        )
        if is_named:
            forget(tables, damage.operation)
        return is_named

    def set_aside(self) -> list[SetAside]:
        """See :meth:`Repair.set_aside`: nothing is set aside here."""
        return []


def _damages(tables: Tables, large_faults: LargeFaults, tell: Tell) -> Iterator[Damage]:
    """Compare bytes with their digests, and see that those of results are there."""
    owned: set[Digest] = set()
    for operation, cell in list(tables.cells.items()):
        tell("states", 1)
        for index, result in enumerate(cell.results):
            fault = _fault(tables, result, large_faults)
            if fault is not None:
                owned.add(result.content)
                yield _of_result(tables, operation, index, result, fault)
    for digest in list(tables.contents):
        tell("small values", 1)
        if digest not in owned and _is_changed(tables, digest):
            yield Damage(DamagedPart.CONTENT, Fault.CHANGED, digest.hex(), content=digest)


def _is_changed(tables: Tables, content: Digest) -> bool:
    return content_digest(tables.contents[content]) != content


def _fault(tables: Tables, result: StoredResult, large_faults: LargeFaults) -> Fault | None:
    if result.large:
        return large_faults([result.content]).get(result.content)
    if result.content not in tables.contents:
        return Fault.MISSING
    return Fault.CHANGED if _is_changed(tables, result.content) else None


def _of_result(
    tables: Tables, operation: Digest, index: int, result: StoredResult, fault: Fault
) -> Damage:
    row = tables.definitions.get(operation)
    return Damage(
        DamagedPart.RESULT,
        fault,
        (row.outputs[index] if row else operation).hex(),
        operation,
        row.task_name if row else "",
        content=result.content,
        is_large=result.large,
    )
