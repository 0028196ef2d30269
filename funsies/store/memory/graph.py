"""Writing the graph, and reading it and its state."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from funsies.core.digest import Digest
from funsies.store.rows import (
    ArtefactRow,
    ConstantRow,
    Definitions,
    Failed,
    Found,
    OperationRow,
    OperationState,
    QueueName,
    TaskCounts,
    TaskRow,
)

from .tables import Cell, Locked, Tables, atomic


class MemoryWriter(Locked):
    """Nodes of the graph, and their options."""

    @atomic
    def define(self, definitions: Definitions) -> None:
        """See :meth:`GraphStore.define`."""
        tables = self._tables
        tables.contents.update(definitions.contents)
        tables.options.update(definitions.options)
        for task in definitions.tasks:
            tables.tasks.setdefault(task.digest, {})[task.python] = task
        for constant in definitions.constants:
            _add_constant(tables, constant)
        for row in definitions.operations:
            _add_operation(tables, row)


def _add_constant(tables: Tables, constant: ConstantRow) -> None:
    row = ArtefactRow(constant.artefact, None, 0, constant)
    tables.artefacts.setdefault(constant.artefact, row)


def _add_operation(tables: Tables, row: OperationRow) -> None:
    tables.definitions[row.digest] = row
    for index, artefact in enumerate(row.outputs):
        tables.artefacts[artefact] = ArtefactRow(artefact, row.digest, index, None)
    for item in row.inputs:
        if item.producer is not None:
            tables.children[item.producer].add(row.digest)


class MemoryReader(Locked):
    """What only looks."""

    @atomic
    def options(self, digest: Digest) -> bytes | None:
        """See :meth:`GraphStore.options`."""
        return self._tables.options.get(digest)

    @atomic
    def states(self, operations: Sequence[Digest]) -> list[OperationState]:
        """See :meth:`GraphStore.states`."""
        return [_state(self._tables.look(operation)) for operation in operations]

    @atomic
    def undefined(self, operations: Sequence[Digest]) -> list[Digest]:
        """See :meth:`GraphStore.undefined`."""
        return [each for each in operations if each not in self._tables.definitions]

    @atomic
    def operations(self, digests: Sequence[Digest]) -> list[OperationRow | None]:
        """See :meth:`GraphStore.operations`."""
        return [self._tables.definitions.get(digest) for digest in digests]

    @atomic
    def task(self, digest: Digest, python: str) -> TaskRow | None:
        """See :meth:`GraphStore.task`."""
        rows = self._tables.tasks.get(digest, {})
        return rows.get(python) or rows.get("") or next(iter(rows.values()), None)

    @atomic
    def artefact(self, digest: Digest) -> ArtefactRow | None:
        """See :meth:`GraphStore.artefact`."""
        return self._tables.artefacts.get(digest)

    @atomic
    def consumers(self, operations: Sequence[Digest]) -> tuple[Digest, ...]:
        """See :meth:`GraphStore.consumers`."""
        children = self._tables.children
        return tuple(sorted({each for one in operations for each in children.get(one, ())}))

    @atomic
    def missing_contents(self, digests: Sequence[Digest]) -> list[Digest]:
        """See :meth:`GraphStore.missing_contents`."""
        return [digest for digest in digests if digest not in self._tables.contents]

    @atomic
    def contents(self, digests: Sequence[Digest]) -> list[bytes | None]:
        """See :meth:`GraphStore.contents`."""
        return [self._tables.contents.get(digest) for digest in digests]

    @atomic
    def records(self, operations: Sequence[Digest]) -> list[bytes | None]:
        """See :meth:`GraphStore.records`."""
        return [self._tables.records.get(operation) for operation in operations]

    @atomic
    def log(self, operation: Digest) -> bytes | None:
        """See :meth:`GraphStore.log`."""
        return self._tables.logs.get(operation)

    @atomic
    def find(self, prefix: str, limit: int) -> list[Found]:
        """See :meth:`GraphStore.find`."""
        found = [Found(each, False) for each in self._tables.artefacts]
        found += [Found(each, True) for each in self._tables.definitions]
        matching = (each for each in found if each.digest.hex().startswith(prefix))
        return sorted(matching, key=lambda each: each.digest)[:limit]

    @atomic
    def all_operations(self) -> list[Digest]:
        """See :meth:`GraphStore.all_operations`."""
        return sorted(self._tables.definitions)

    @atomic
    def some_operations(self, place: int, limit: int) -> tuple[list[OperationRow], int]:
        """See :meth:`GraphStore.some_operations`: definitions stay in order as they come."""
        rows = list(islice(self._tables.definitions.values(), place, place + limit))
        after = place + len(rows)
        return rows, after if after < len(self._tables.definitions) else 0

    @atomic
    def counts(self) -> dict[str, TaskCounts]:
        """See :meth:`GraphStore.counts`."""
        counters = self._tables.counters.items()
        return {name: TaskCounts(**each) for name, each in counters if any(each.values())}

    @atomic
    def latest_failures(self, limit: int) -> list[Failed]:
        """See :meth:`GraphStore.latest_failures`."""
        return list(self._tables.failures)[:limit]

    @atomic
    def queues(self) -> dict[QueueName, int]:
        """See :meth:`GraphStore.queues`."""
        return {name: len(entries) for name, entries in self._tables.ready.items()}

    @atomic
    def ready(self, queue: QueueName) -> int:
        """See :meth:`GraphStore.ready`."""
        return len(self._tables.ready.get(queue, ()))


def _state(cell: Cell) -> OperationState:
    return OperationState(
        cell.status,
        cell.generation,
        cell.volatile,
        cell.results,
        cell.attempts,
        cell.missing,
        cell.queue,
        tuple(sorted(cell.wanted_by)) if cell.status.is_pending else (),
    )
