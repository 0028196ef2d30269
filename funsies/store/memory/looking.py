"""Writing the graph, and reading it and its state."""

from __future__ import annotations

import threading
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
    SetAside,
    TaskCounts,
    TaskRow,
)

from .tables import Cell, Tables


def define(tables: Tables, definitions: Definitions) -> None:
    """Write graph nodes; what is there already is written again."""
    tables.contents.update(definitions.contents)
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


def watch(tables: Tables, client: str, operations: Sequence[Digest]) -> list[OperationState]:
    """Register a client with those that are pending; return all states."""
    for operation in operations:
        if tables.look(operation).status.is_pending:
            tables.watchers.setdefault(operation, set()).add(client)
    return [_state(tables.look(operation)) for operation in operations]


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


class Reader:
    """What only looks."""

    def __init__(self, lock: threading.RLock, tables: Tables) -> None:
        self._lock = lock
        self._tables = tables

    def options(self, digest: Digest) -> bytes | None:
        """See :meth:`GraphStore.options`."""
        with self._lock:
            return self._tables.options.get(digest)

    def named(self, kind: str, name: str) -> bytes | None:
        """See :meth:`GraphStore.named`."""
        with self._lock:
            return self._tables.named.get((kind, name))

    def some_named(self, kind: str, names: Sequence[str]) -> list[bytes | None]:
        """See :meth:`GraphStore.some_named`."""
        with self._lock:
            return [self._tables.named.get((kind, name)) for name in names]

    def all_named(self, kind: str) -> dict[str, bytes]:
        """See :meth:`GraphStore.all_named`."""
        with self._lock:
            return {
                name: data
                for (of_kind, name), data in self._tables.named.items()
                if of_kind == kind
            }

    def names(self, kind: str) -> list[str]:
        """See :meth:`GraphStore.names`."""
        return list(self.all_named(kind))

    def states(self, operations: Sequence[Digest]) -> list[OperationState]:
        """See :meth:`GraphStore.states`."""
        with self._lock:
            return [_state(self._tables.look(operation)) for operation in operations]

    def undefined(self, operations: Sequence[Digest]) -> list[Digest]:
        """See :meth:`GraphStore.undefined`."""
        with self._lock:
            return [each for each in operations if each not in self._tables.definitions]

    def operation(self, digest: Digest) -> OperationRow | None:
        """See :meth:`GraphStore.operation`."""
        with self._lock:
            return self._tables.definitions.get(digest)

    def operations(self, digests: Sequence[Digest]) -> list[OperationRow | None]:
        """See :meth:`GraphStore.operations`."""
        with self._lock:
            return [self._tables.definitions.get(digest) for digest in digests]

    def task(self, digest: Digest, python: str) -> TaskRow | None:
        """See :meth:`GraphStore.task`."""
        with self._lock:
            rows = self._tables.tasks.get(digest, {})
            return rows.get(python) or rows.get("") or next(iter(rows.values()), None)

    def artefact(self, digest: Digest) -> ArtefactRow | None:
        """See :meth:`GraphStore.artefact`."""
        with self._lock:
            return self._tables.artefacts.get(digest)

    def consumers(self, operations: Sequence[Digest]) -> tuple[Digest, ...]:
        """See :meth:`GraphStore.consumers`."""
        with self._lock:
            children = self._tables.children
            return tuple(sorted({each for one in operations for each in children.get(one, ())}))

    def missing_contents(self, digests: Sequence[Digest]) -> list[Digest]:
        """See :meth:`GraphStore.missing_contents`."""
        with self._lock:
            return [digest for digest in digests if digest not in self._tables.contents]

    def contents(self, digests: Sequence[Digest]) -> list[bytes | None]:
        """See :meth:`GraphStore.contents`."""
        with self._lock:
            return [self._tables.contents.get(digest) for digest in digests]

    def record(self, operation: Digest) -> bytes | None:
        """See :meth:`GraphStore.record`."""
        with self._lock:
            return self._tables.records.get(operation)

    def records(self, operations: Sequence[Digest]) -> list[bytes | None]:
        """See :meth:`GraphStore.records`."""
        with self._lock:
            return [self._tables.records.get(operation) for operation in operations]

    def log(self, operation: Digest) -> bytes | None:
        """See :meth:`GraphStore.log`."""
        with self._lock:
            return self._tables.logs.get(operation)

    def tail(self, operation: Digest) -> bytes | None:
        """See :meth:`GraphStore.tail`."""
        with self._lock:
            return self._tables.tails.get(operation)

    def find(self, prefix: str, limit: int) -> list[Found]:
        """See :meth:`GraphStore.find`."""
        with self._lock:
            found = [Found(each, False) for each in self._tables.artefacts]
            found += [Found(each, True) for each in self._tables.definitions]
        matching = (each for each in found if each.digest.hex().startswith(prefix))
        return sorted(matching, key=lambda each: each.digest)[:limit]

    def all_operations(self) -> list[Digest]:
        """See :meth:`GraphStore.all_operations`."""
        with self._lock:
            return sorted(self._tables.definitions)

    def some_operations(self, place: int, limit: int) -> tuple[list[OperationRow], int]:
        """See :meth:`GraphStore.some_operations`: definitions stay in order as they come."""
        with self._lock:
            rows = list(islice(self._tables.definitions.values(), place, place + limit))
            after = place + len(rows)
            return rows, after if after < len(self._tables.definitions) else 0

    def set_aside(self) -> list[SetAside]:
        """See :meth:`GraphStore.set_aside`: nothing is damaged here."""
        return []

    def counts(self) -> dict[str, TaskCounts]:
        """See :meth:`GraphStore.counts`."""
        with self._lock:
            counters = self._tables.counters.items()
            return {name: TaskCounts(**each) for name, each in counters if any(each.values())}

    def latest_failures(self, limit: int) -> list[Failed]:
        """See :meth:`GraphStore.latest_failures`."""
        with self._lock:
            return list(self._tables.failures)[:limit]

    def queues(self) -> dict[QueueName, int]:
        """See :meth:`GraphStore.queues`."""
        with self._lock:
            return {name: len(entries) for name, entries in self._tables.ready.items()}
