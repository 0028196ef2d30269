"""What is due: expired leases, delays, cascades; and what an audit sees, and mends."""

from __future__ import annotations

from collections.abc import Sequence

from funsies.core.digest import Digest
from funsies.store.rows import (
    Expired,
    Fence,
    Lease,
    Setback,
    Status,
    SweepAnswer,
)

from .cascade import end_delegation, work_cascades
from .execution import count_lost, promote, put_back_all
from .inputs import read_inputs
from .moves import make_ready, run_under, wait_for
from .requesting import arm, is_due
from .tables import Hold, Locked, Tables, atomic

SLOT_MEMORY_MS = 3_600_000
"""How long a slot without a lease is remembered."""


class MemoryHousekeeping(Locked):
    """What is due by the clock, and what an audit needs to see."""

    @atomic
    def sweep(
        self, sweeper: str, *, fences: Sequence[Fence], lease_ms: int, limit: int = 100
    ) -> SweepAnswer:
        """See :meth:`GraphStore.sweep`."""
        tables = self._tables
        _shift_leases(tables, lease_ms)
        exhausted, free = _own_leases(tables, sweeper, fences)
        requeued: list[Digest] = []
        budget = limit
        for slot, hold in _expired(tables)[:limit]:
            budget -= 1
            operation, *others = hold.fences
            cell = tables.cell(operation)
            if others:
                lost = list(hold.fences)
                put_back_all(tables, lost)
                requeued += lost
            elif cell.may_be_lost:
                count_lost(tables, hold, operation)
                cell.charge(Setback.LOSS)
                make_ready(tables, operation)
                requeued.append(operation)
            elif free:
                count_lost(tables, hold, operation)
                exhausted.append(_take_over(tables, slot, operation, free.pop(0), lease_ms))
        promoted = promote(tables, budget)
        work_cascades(tables, budget - promoted)
        _forget_slots(tables)
        armed = arm(tables, sorted(tables.queues), due=is_due(tables))
        tables.queues &= tables.ready.keys()
        return SweepAnswer(tuple(requeued), tuple(exhausted), promoted, armed, is_due(tables))

    @atomic
    def leases(self) -> list[Lease]:
        """See :meth:`GraphStore.leases`."""
        tables = self._tables
        now_ms = tables.clock()
        return [
            Lease(
                operation,
                slot,
                fence,
                hold.expires_ms,
                hold.started_ms,
                now_ms - hold.started_ms,
            )
            for slot, hold in sorted(tables.leases.items(), key=lambda item: item[0])
            for operation, fence in hold.fences.items()
        ]

    @atomic
    def waiting_on(self, operation: Digest) -> tuple[Digest, ...]:
        """See :meth:`GraphStore.waiting_on`."""
        return _awaited(self._tables, operation)

    @atomic
    def pending(self, limit: int) -> list[Digest]:
        """See :meth:`GraphStore.pending`."""
        return list(self._tables.blocked)[:limit]

    @atomic
    def recount(self, operations: Sequence[Digest]) -> int:
        """See :meth:`GraphStore.recount`."""
        return sum(_recount(self._tables, each) for each in operations)

    @atomic
    def is_stuck(self) -> bool:
        """See :meth:`GraphStore.is_stuck`."""
        tables = self._tables
        moving = (tables.ready, tables.delayed, tables.leases, tables.cascades)
        return bool(tables.blocked) and not any(moving)


def _shift_leases(tables: Tables, lease_ms: int) -> None:
    now_ms, last_ms = tables.clock(), tables.swept_ms
    tables.swept_ms = now_ms
    if last_ms is not None and now_ms - last_ms <= lease_ms // 2:
        return
    for _, hold in _expired(tables):
        if not hold.is_prolonged:
            hold.expires_ms, hold.is_prolonged = now_ms + lease_ms, True


def _expired(tables: Tables) -> list[tuple[str, Hold]]:
    now_ms = tables.clock()
    expired = [item for item in tables.leases.items() if item[1].expires_ms <= now_ms]
    return sorted(expired, key=lambda item: (item[1].expires_ms, item[0]))


def _own_leases(
    tables: Tables, sweeper: str, fences: Sequence[Fence]
) -> tuple[list[Expired], list[tuple[str, Fence]]]:
    """What a repeated sweep was given before, and the slots with fences that are free."""
    mine: list[Expired] = []
    free: list[tuple[str, Fence]] = []
    for number, fence in enumerate(fences):
        slot = f"{sweeper}:{number}"
        hold = tables.leases.get(slot)
        if hold is None:
            free.append((slot, fence))
        elif fence in hold.fences.values():
            mine.append(_report(tables, hold))
    return mine, free


def _take_over(
    tables: Tables, slot: str, operation: Digest, place: tuple[str, Fence], lease_ms: int
) -> Expired:
    hold = tables.leases[slot]
    taken = Hold(
        expires_ms=tables.clock() + lease_ms,
        started_ms=hold.started_ms,
        is_prolonged=True,
        worker=hold.worker or slot,
    )
    run_under(tables, operation, place[1], place[0], taken)
    return _report(tables, taken)


def _report(tables: Tables, hold: Hold) -> Expired:
    ((operation, fence),) = hold.fences.items()
    return Expired(operation, fence, tables.look(operation).attempts, hold.worker)


def _forget_slots(tables: Tables) -> None:
    oldest_ms = tables.clock() - SLOT_MEMORY_MS
    for slot, memory in list(tables.slots.items()):
        if memory.used_ms < oldest_ms and slot not in tables.leases:
            del tables.slots[slot]


def _awaited(tables: Tables, operation: Digest) -> tuple[Digest, ...]:
    """Missing producers of a waiting operation, or the target of a delegated one."""
    cell = tables.look(operation)
    if cell.target:
        return (cell.target[0],)
    if cell.status is not Status.WAITING:
        return ()
    return tuple(sorted(read_inputs(tables, tables.definitions[operation]).pending))


def _recount(tables: Tables, operation: Digest) -> bool:
    """Set right what a blocked operation waits for; whether something was wrong."""
    cell = tables.look(operation)
    is_waiting = cell.status is Status.WAITING
    producers = _awaited(tables, operation)
    # More may be missing than are counted: those that were reset since. They are seen when it
    # is claimed.
    registered = sum(_is_registered(tables, operation, each) for each in producers)
    if cell.target and not (registered and tables.look(cell.target[0]).status.is_pending):
        end_delegation(tables, operation, cell.target)
        work_cascades(tables)
    elif is_waiting and not producers:
        make_ready(tables, operation)
    elif is_waiting and registered < cell.missing:
        wait_for(tables, operation, producers)
    else:
        return False
    return True


def _is_registered(tables: Tables, operation: Digest, producer: Digest) -> bool:
    waiter = (operation, tables.look(operation).epoch)
    return waiter in tables.waiters.get(producer, ())
