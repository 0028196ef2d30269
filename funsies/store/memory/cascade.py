"""The end of an operation, and what it sets free."""

from __future__ import annotations

from collections import deque

from funsies.core.digest import Digest
from funsies.core.errors import DataMissingError
from funsies.store.rows import Status, StoredResult

from .inputs import result_for
from .moves import delegate_to, make_ready, move
from .tables import Cell, Tables, Waiter

CASCADE_CHUNK = 50
CASCADE_BUDGET = 100
"""Entries of cascades that one call works off."""
MOST_DIRECT = 8
"""As many are woken with the message that ends what they wait for."""


def finish(
    tables: Tables, operation: Digest, results: tuple[StoredResult, ...], *, volatile: bool
) -> None:
    """Publish the results of an operation and tell who watches and who waits."""
    is_done = all(result.ok for result in results)
    cell = move(tables, operation, Status.DONE if is_done else Status.FAILED)
    cell.results, cell.volatile = results, volatile
    tables.counters[tables.definitions[operation].task_name]["volatile"] += volatile
    cell.wanted_by = set()
    for client in tables.watchers.pop(operation, set()):
        for mailbox in tables.mailboxes.get(client, ()):
            mailbox.deliver(operation)
    waiters = tables.waiters.pop(operation, None)
    if waiters:
        tables.cascades.append((operation, waiters))


def end_with(tables: Tables, operation: Digest, error: StoredResult, *, volatile: bool) -> None:
    """End an operation with the same error in the place of each output."""
    outputs = tables.definitions[operation].outputs
    finish(tables, operation, (error,) * len(outputs), volatile=volatile)


def skip(tables: Tables, operation: Digest, error: StoredResult, *, volatile: bool) -> None:
    """End an operation by an error among its inputs."""
    tables.counters[tables.definitions[operation].task_name]["skipped"] += 1
    end_with(tables, operation, error, volatile=volatile)
    tables.cell(operation).is_skipped = True


def error_result(tables: Tables, error: Digest) -> StoredResult:
    """The result for a small error that is stored."""
    if error not in tables.contents:
        raise DataMissingError(f"the error {error.hex()} is not stored: define it first")
    return StoredResult(False, error, False, len(tables.contents[error]))


def work_cascades(tables: Tables, budget: int = CASCADE_BUDGET) -> int:
    """Wake waiters of finished operations, newest cascade first; return what is left over."""
    while budget > 0 and tables.cascades:
        producer, waiters = tables.cascades[-1]
        chunk = _take(waiters, min(budget, CASCADE_CHUNK))
        if not waiters:
            tables.cascades.pop()
        for waiter in chunk:
            _wake(tables, producer, waiter)
        budget -= len(chunk)
    return budget


def wake_few(tables: Tables, operation: Digest) -> int:
    """Wake what waits for what has just ended, if it is little; return how many."""
    if not tables.cascades or tables.cascades[-1][0] != operation:
        return 0
    _, waiters = tables.cascades[-1]
    if len(waiters) > MOST_DIRECT:
        return 0
    tables.cascades.pop()
    for waiter in waiters:
        _wake(tables, operation, waiter)
    return len(waiters)


def _take(waiters: deque[Waiter], count: int) -> list[Waiter]:
    return [waiters.popleft() for _ in range(min(count, len(waiters)))]


def _wake(tables: Tables, producer: Digest, waiter: Waiter) -> None:
    operation, epoch = waiter
    cell = tables.look(operation)
    if cell.epoch != epoch:
        return
    if cell.status is Status.DELEGATED and cell.target:
        end_delegation(tables, operation, cell.target)
    elif cell.status is Status.WAITING:
        _count_down(tables, operation, cell, producer)


def _count_down(tables: Tables, operation: Digest, cell: Cell, producer: Digest) -> None:
    made = tables.look(producer)
    error = _error_from(tables, operation, producer, made)
    if error and cell.ends_like(made):
        skip(tables, operation, error, volatile=made.volatile)
        cell.withdrawn_by = made.withdrawn_by
        return
    cell.missing -= 1
    if cell.missing == 0:
        make_ready(tables, operation)


def _error_from(
    tables: Tables, operation: Digest, producer: Digest, made: Cell
) -> StoredResult | None:
    row = tables.definitions[operation]
    if made.status is not Status.FAILED or not (row.strict or made.withdrawn_by):
        return None
    used = (made.results[item.index] for item in row.inputs if item.producer == producer)
    return next((result for result in used if not result.ok), None)


def end_delegation(tables: Tables, operation: Digest, target: tuple[Digest, int]) -> None:
    """Take over the result of the operation that another was delegated to, if it is there."""
    cell, made = tables.look(operation), tables.look(target[0])
    result = result_for(tables, target)
    if result and cell.ends_like(made):
        finish(tables, operation, (result,), volatile=made.volatile or cell.is_tainted)
        cell.withdrawn_by = made.withdrawn_by
    elif made.status.is_pending:
        delegate_to(tables, operation, target)
    else:
        make_ready(tables, operation)
