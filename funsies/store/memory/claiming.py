"""Claiming: which operations are taken together, and what who takes them is told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from heapq import heappop
from typing import NamedTuple

from funsies.core.digest import Digest
from funsies.store.rows import (
    MOST_INPUTS,
    Claim,
    Fence,
    OperationRow,
    QueueName,
    StepMessage,
    TaskRow,
    TraceCandidate,
    fence_of,
)

from .cascade import skip, work_cascades
from .inputs import Inputs, may_have_trace, read_inputs, trace_index
from .moves import run_under, wait_for
from .tables import Cell, Hold, Tables

INPUT_BYTES_LIMIT = 1 << 20
"""Small input bytes that travel with a claim."""
CLAIM_TRIES = 32
"""Entries of a ready queue that one claim looks at in vain."""
TASK_BYTES_LIMIT = 1 << 12
OUTPUTS_OF_COMMAND = 3
"""A task with as many, for all versions of Python and no longer, travels with a claim."""
MOST_EXPECTED_MS = 50
"""Time that a batch may be expected to take."""


class Claimed(NamedTuple):
    """What became of a claim.

    Attributes:
        share_left: whether something was claimed, and another share is left for the slot.
        is_passed_over: whether one with many inputs turned out not to be ready. A server sees
            that after it has answered, so that who has claimed it asks again for others.
    """

    share_left: bool
    is_passed_over: bool


def claim_some(
    tables: Tables, message: StepMessage, kept: dict[Digest, Fence], budget: int
) -> Claimed:
    """Claim as many as may be claimed together; the first in any case, if nothing is kept.

    Args:
        tables: the store.
        message: which slot asks for how many, and from which queue.
        kept: what the slot goes on with.
        budget: how many more waiters may be woken.

    Returns:
        What became of it.
    """
    is_told = message.claims > 1 or bool(kept)
    ready = len(tables.ready.get(message.queue, ())) if is_told else 0
    among = 2 * len(tables.leases.keys() | {message.slot}) if is_told else 1
    wanted = _most_wanted(tables, [*kept], message.claims, ready / among)
    number, is_passed_over = _claim(tables, message, kept, wanted, budget)
    return Claimed(number > 0 and ready - number >= among, is_passed_over)


def _claim(
    tables: Tables,
    message: StepMessage,
    kept: dict[Digest, Fence],
    wanted: int,
    budget: int,
) -> tuple[int, bool]:
    now_ms = tables.clock()
    hold = Hold(now_ms + message.lease_ms, now_ms, kept)
    room: float | None = MOST_EXPECTED_MS
    tries = claimed = 0
    begun = {tables.cell(operation).trace_index for operation in kept} - {b""}
    goes_on = bool(kept)  # the lease is on what is claimed, too, from here on
    while tries < CLAIM_TRIES and room is not None and claimed < wanted:
        if message.queue not in tables.ready:
            break
        operation = _first_ready(tables, message.queue)
        left = _room_with(tables, operation, room) if wanted > 1 or goes_on else None
        if (claimed or goes_on) and left is None:
            break
        row = tables.definitions[operation]
        inputs = read_inputs(tables, row)
        tries += 1
        if row.strict and inputs.error:
            skip(tables, operation, inputs.error[0], volatile=inputs.error[1])
            budget = work_cascades(tables, budget)
        elif inputs.pending:
            wait_for(tables, operation, inputs.pending)
        else:
            index = trace_index(row, inputs.results) if may_have_trace(row, inputs) else b""
            if index in begun and index not in tables.traces:
                break  # it has what the first one will leave
            begun |= {index} - {b""}
            run_under(tables, operation, fence_of(message.fence, claimed), message.slot, hold)
            _note_grant(tables, operation, inputs, index)
            claimed, room, tries = claimed + 1, left, 0
            continue
        if _has_many_inputs(row):
            return claimed, True
    return claimed, False


def _most_wanted(tables: Tables, kept: Sequence[Digest], most: int, share: float) -> int:
    """How many may be taken: what is ready is shared out, twice for each worker.

    Who has something to go on with leaves the last ones to those who have nothing.
    """
    if not kept:
        return max(1, min(most, math.ceil(share)))
    may_be_more = all(_may_have_company(tables, each, 1) for each in kept)
    return min(most, math.floor(share)) if may_be_more else 0


def _may_have_company(tables: Tables, operation: Digest, first_attempt: int) -> bool:
    """Whether an operation may be held together with others, in its first attempt."""
    cell, row = tables.look(operation), tables.definitions[operation]
    is_new = cell.attempts <= first_attempt and not cell.is_single
    return is_new and cell.may_be_lost and not row.dynamic and not _has_many_inputs(row)


def _has_many_inputs(row: OperationRow) -> bool:
    return len(row.inputs) > MOST_INPUTS


def _room_with(tables: Tables, operation: Digest, room: float) -> float | None:
    """What is left of the time of a batch once this operation is in it.

    None if it has to be claimed by itself: it may take longer, has many inputs, was put back,
    or may not be lost.
    """
    if not _may_have_company(tables, operation, 0):
        return None
    counters = tables.counters[tables.definitions[operation].task_name]
    if not counters["executed"]:
        return None
    left = room - counters["busy_ms"] / counters["executed"]
    return left if left >= 0 else None


def _first_ready(tables: Tables, queue: QueueName) -> Digest:
    """The operation of a queue that is to be claimed next."""
    heap, entries = tables.heaps[queue], tables.ready[queue]
    while entries.get(heap[0][-1]) != heap[0]:
        heappop(heap)
    return heap[0][-1]


def _note_grant(tables: Tables, operation: Digest, inputs: Inputs, trace: bytes) -> None:
    cell = tables.cell(operation)
    cell.attempts += 1
    cell.is_tainted = inputs.is_tainted
    cell.trace_index = trace


def claims_of(tables: Tables, hold: Hold | None, message: Fence) -> tuple[Claim, ...]:
    """What was claimed by a message, and is still held."""
    if hold is None:
        return ()
    own = [item for item in hold.fences.items() if item[1][1:] == message[1:]]
    return tuple(_describe(tables, operation, fence) for operation, fence in own)


def _describe(tables: Tables, operation: Digest, fence: Fence) -> Claim:
    cell, row = tables.cell(operation), tables.definitions[operation]
    inputs = read_inputs(tables, row)
    return Claim(
        operation=row,
        fence=fence,
        generation=cell.generation,
        attempt=cell.attempts,
        failures=cell.failures,
        losses=cell.losses,
        lost_inputs=cell.lost_inputs,
        lost_limit=cell.lost_limit,
        queue=cell.queue,
        priority=cell.priority,
        options=cell.options,
        inputs=tuple(inputs.results),
        volatile=cell.is_tainted,
        contents={} if _has_many_inputs(row) else _small_bytes(tables, inputs),
        trace=_candidate(tables, cell),
        task=_small_task(tables, row),
    )


def _small_bytes(tables: Tables, inputs: Inputs) -> dict[Digest, bytes]:
    found: dict[Digest, bytes] = {}
    room = INPUT_BYTES_LIMIT
    for result in inputs.results:
        if result is None or result.large or result.content in found:
            continue
        data = tables.contents.get(result.content)
        if data is not None and len(data) <= room:
            found[result.content] = data
            room -= len(data)
    return found


def _small_task(tables: Tables, row: OperationRow) -> TaskRow | None:
    if len(row.outputs) < OUTPUTS_OF_COMMAND or _has_many_inputs(row):
        return None
    task = tables.tasks.get(row.task, {}).get("")
    return task if task is not None and len(task.payload) <= TASK_BYTES_LIMIT else None


def _candidate(tables: Tables, cell: Cell) -> TraceCandidate | None:
    trace = tables.traces.get(cell.trace_index)
    return TraceCandidate(*trace) if trace and tables.has_bytes(trace[1]) else None
