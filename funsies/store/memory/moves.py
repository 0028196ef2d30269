"""Transitions of one operation: the only place where a status changes.

What belongs to the status that is left goes with it: the place in a queue, the lease, the
entry among the delayed and among the blocked. So nothing can leak.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from heapq import heappush

from funsies.core.digest import Digest
from funsies.store.rows import Fence, QueueName, Status

from .tables import NO_FENCE, Cell, EntryKey, Hold, Tables

UNLOCKED = 0
REQUESTED = 1
BLOCKED = (Status.WAITING, Status.DELEGATED)


def move(tables: Tables, operation: Digest, to: Status) -> Cell:
    """Bring an operation into another status; keep the counters."""
    cell = tables.cell(operation)
    _leave(tables, operation, cell)
    counters = tables.counters[tables.definitions[operation].task_name]
    if cell.status is not Status.IDLE:
        counters[cell.status] -= 1
        counters["volatile"] -= cell.volatile and cell.status.is_finished
        counters["skipped"] -= cell.is_skipped
    if to is not Status.IDLE:
        counters[to] += 1
    if to in BLOCKED:
        tables.blocked[operation] = None
    cell.status, cell.is_skipped = to, False
    return cell


def _leave(tables: Tables, operation: Digest, cell: Cell) -> None:
    tables.blocked.pop(operation, None)
    tables.delayed.pop(operation, None)
    if cell.entry:
        _dequeue(tables, operation, cell)
    if cell.status is Status.RUNNING:
        _leave_lease(tables, operation, cell.slot)
    cell.fence, cell.slot, cell.target, cell.epoch, cell.missing = NO_FENCE, "", None, 0, 0


def _leave_lease(tables: Tables, operation: Digest, slot: str) -> None:
    hold = tables.leases.get(slot)
    if hold is not None and operation in hold.fences:
        del hold.fences[operation]
        if not hold.fences:
            del tables.leases[slot]


def _dequeue(tables: Tables, operation: Digest, cell: Cell) -> None:
    entries = tables.ready[cell.queue]
    del entries[operation]
    if not entries:
        del tables.ready[cell.queue], tables.heaps[cell.queue]
    cell.entry = None


def _enqueue(tables: Tables, operation: Digest, cell: Cell, key: EntryKey) -> None:
    cell.entry = key
    tables.queues.add(cell.queue)
    tables.fed_queues.add(cell.queue)
    tables.ready.setdefault(cell.queue, {})[operation] = key
    heappush(tables.heaps.setdefault(cell.queue, []), key)


def make_ready(tables: Tables, operation: Digest, order: int = UNLOCKED) -> None:
    """Put an operation into its ready queue; what was unlocked last comes first."""
    cell = move(tables, operation, Status.READY)
    number = tables.next_number()
    place = number if order == REQUESTED else -number
    _enqueue(
        tables,
        operation,
        cell,
        (-cell.priority, cell.first_generation, order, place, operation),
    )


def requeue(tables: Tables, operation: Digest, *, queue: QueueName, priority: int) -> None:
    """Give an operation another queue and priority; its place among equals stays."""
    cell, entry = tables.cell(operation), tables.cell(operation).entry
    if entry:
        _dequeue(tables, operation, cell)
    cell.queue, cell.priority = queue, priority
    if entry:
        _enqueue(tables, operation, cell, (-priority, *entry[1:]))


def make_delayed(tables: Tables, operation: Digest, due_ms: int) -> None:
    """Have an operation ready later."""
    move(tables, operation, Status.DELAYED)
    tables.delayed[operation] = due_ms


def wait_for(tables: Tables, operation: Digest, producers: Collection[Digest]) -> None:
    """Register an operation with the producers that it waits for."""
    cell = move(tables, operation, Status.WAITING)
    cell.epoch, cell.missing = tables.next_number(), len(producers)
    for producer in producers:
        _register(tables, producer, (operation, cell.epoch))


def delegate_to(tables: Tables, operation: Digest, target: tuple[Digest, int]) -> None:
    """Register an operation with the one whose result will be its own."""
    cell = move(tables, operation, Status.DELEGATED)
    cell.epoch, cell.target = tables.next_number(), target
    _register(tables, target[0], (operation, cell.epoch))


def _register(tables: Tables, producer: Digest, waiter: tuple[Digest, int]) -> None:
    tables.waiters.setdefault(producer, deque()).append(waiter)


def run_under(tables: Tables, operation: Digest, fence: Fence, slot: str, hold: Hold) -> None:
    """Give a slot the lease on an operation, with what it holds already."""
    cell = move(tables, operation, Status.RUNNING)
    cell.slot, cell.fence = slot, fence
    hold.fences[operation] = fence
    tables.leases[slot] = hold


def clear(tables: Tables, operation: Digest) -> Cell:
    """Make an operation idle; its generation and its queue stay known."""
    if tables.look(operation).status.is_finished:
        tables.records.pop(operation, None)
        tables.logs.pop(operation, None)
    cell = move(tables, operation, Status.IDLE)
    tables.cells[operation] = Cell(generation=cell.generation, queue=cell.queue)
    return tables.cells[operation]


def forget(tables: Tables, operation: Digest) -> None:
    """Make an operation idle, and forget how its result was made."""
    tables.traces.pop(tables.cell(operation).trace_index, None)
    clear(tables, operation)
