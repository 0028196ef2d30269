"""Asking for operations, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence

from funsies.core.digest import Digest
from funsies.store.rows import (
    Generation,
    OperationRow,
    QueueName,
    RequestAnswer,
    Status,
    Wanted,
)

from .cascade import end_with, error_result, skip, work_cascades
from .inputs import needs, read_inputs, satisfies
from .moves import REQUESTED, clear, forget, make_ready, requeue, wait_for
from .tables import Cell, Locked, Tables, atomic


class MemoryRequests(Locked):
    """Who asks for operations, and who takes that back."""

    @atomic
    def new_generation(self) -> Generation:
        """See :meth:`GraphStore.new_generation`."""
        tables = self._tables
        tables.generation = Generation(max(tables.clock(), tables.generation + 1))
        return tables.generation

    @atomic
    def last_generation(self) -> Generation:
        """See :meth:`GraphStore.last_generation`."""
        return self._tables.generation

    @atomic
    def request(self, generation: Generation, wanted: Sequence[Wanted]) -> RequestAnswer:
        """See :meth:`GraphStore.request`."""
        tables = self._tables
        missing: dict[Digest, None] = {}
        started = 0
        for item in wanted:
            cell, row = tables.look(item.operation), tables.definitions.get(item.operation)
            if row is None:
                missing[item.operation] = None
            elif cell.status.is_pending:
                _join(tables, generation, item)
            elif not satisfies(tables, cell, generation):
                first = needs(tables, row, generation)
                missing.update(dict.fromkeys(first))
                started += 0 if first else _start(tables, generation, item, row)
        queues = dict.fromkeys(item.queue for item in wanted)
        return RequestAnswer(
            tuple(missing), started, arm(tables, list(queues), due=is_due(tables))
        )

    @atomic
    def cancel(
        self, generation: Generation, operations: Sequence[Digest], error: Digest
    ) -> int:
        """See :meth:`GraphStore.cancel`."""
        tables = self._tables
        ended = 0
        result = error_result(tables, error)
        for operation in reversed(operations):
            cell = tables.look(operation)
            if not cell.status.is_pending:
                continue
            cell.wanted_by.discard(generation)
            cell.wanted_by = cell.wanted_by or _heirs(tables, operation, generation)
            if not cell.wanted_by:
                end_with(tables, operation, result, volatile=True)
                cell.withdrawn_by = generation
                ended += 1
        work_cascades(tables)
        return ended

    @atomic
    def reset(self, operations: Sequence[Digest]) -> int:
        """See :meth:`GraphStore.reset`."""
        tables = self._tables
        forgotten = 0
        for operation in operations:
            cell = tables.look(operation)
            if cell.status.is_finished:
                forget(tables, operation)
                forgotten += 1
            elif cell.status is Status.RUNNING:
                tables.traces.pop(cell.trace_index, None)
                make_ready(tables, operation)
                cell.attempts = cell.failures = cell.losses = cell.lost_inputs = 0
                cell.is_single = False
        return forgotten

    @atomic
    def invalidate(self, operation: Digest, index: int, content: Digest) -> bool:
        """See :meth:`GraphStore.invalidate`."""
        tables = self._tables
        cell = tables.look(operation)
        if index >= len(cell.results) or cell.results[index].content != content:
            return False
        forget(tables, operation)
        return True

    @atomic
    def fail_waiting(self, operation: Digest, error: Digest) -> bool:
        """See :meth:`GraphStore.fail_waiting`."""
        tables = self._tables
        if operation not in tables.blocked:
            return False
        end_with(tables, operation, error_result(tables, error), volatile=True)
        work_cascades(tables)
        return True


def _join(tables: Tables, generation: Generation, item: Wanted) -> None:
    cell = tables.cell(item.operation)
    cell.wanted_by.add(generation)
    if generation >= cell.generation:
        cell.generation = generation
        _take_over(tables, cell, item)


def _take_over(tables: Tables, cell: Cell, item: Wanted) -> None:
    requeue(tables, item.operation, queue=item.queue, priority=item.priority)
    cell.options, cell.lost_limit = item.options, item.lost_limit


def _start(tables: Tables, generation: Generation, item: Wanted, row: OperationRow) -> int:
    cell = clear(tables, item.operation)
    cell.generation = Generation(max(generation, cell.generation))
    cell.first_generation = generation
    cell.wanted_by.add(generation)
    _take_over(tables, cell, item)
    inputs = read_inputs(tables, row, generation)
    if row.strict and inputs.error:
        skip(tables, row.digest, inputs.error[0], volatile=inputs.error[1])
        return 0
    if inputs.pending:
        wait_for(tables, row.digest, inputs.pending)
    else:
        make_ready(tables, row.digest, REQUESTED)
    return 1


def _heirs(tables: Tables, operation: Digest, generation: Generation) -> set[Generation]:
    """Other generations that want what waits for the operation."""
    for waiter, epoch in tables.waiters.get(operation, ()):
        cell = tables.look(waiter)
        if cell.epoch == epoch and cell.wanted_by - {generation}:
            return cell.wanted_by - {generation}
    return set()


def arm(tables: Tables, queues: Sequence[QueueName], *, due: bool) -> tuple[QueueName, ...]:
    """Those of the queues on which there is work; ``due``, if there is work bound to none."""
    return tuple(queue for queue in queues if due or queue in tables.ready)


def is_due(tables: Tables) -> bool:
    """Whether there is work that is bound to no queue: cascades, delays, expired leases."""
    now_ms = tables.clock()
    return (
        bool(tables.cascades)
        or any(due_ms <= now_ms for due_ms in tables.delayed.values())
        or any(hold.expires_ms <= now_ms for hold in tables.leases.values())
    )
