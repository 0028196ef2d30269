"""Running operations: publish and claim in one step, put back, delegate, park."""

from __future__ import annotations

from dataclasses import replace
from heapq import heappop

from funsies.core.digest import Digest
from funsies.store.rows import (
    Claim,
    Completion,
    Failed,
    Fence,
    QueueName,
    RunReport,
    Setback,
    Status,
    StepAnswer,
    TraceCandidate,
    Verdict,
)

from .cascade import finish, skip, work_cascades
from .inputs import Inputs, may_have_trace, read_inputs, result_for, trace_index
from .moves import delegate_to, make_delayed, make_ready, run_under, wait_for
from .requesting import arm, is_due
from .tables import Cell, Hold, Slot, Tables

INPUT_BYTES_LIMIT = 1 << 20
"""Small input bytes that travel with a claim."""
CLAIM_TRIES = 32
"""Entries of a ready queue that one claim looks at."""


def step(
    tables: Tables,
    slot: str,
    sequence: int,
    queue: QueueName,
    *,
    lease_ms: int,
    fence: Fence,
    completion: Completion | None,
    claim: bool,
) -> StepAnswer:
    """Publish a result and take the next operation."""
    memory = tables.slots.setdefault(slot, Slot())
    if sequence < memory.sequence:
        return StepAnswer(Verdict.FENCED if completion else None, None, ())
    if sequence > memory.sequence or fence != memory.fence:
        memory.sequence, memory.fence, memory.used_ms = sequence, fence, tables.clock()
        tables.fed_queues.clear()
        memory.verdict = _publish(tables, completion) if completion else None
        budget = work_cascades(tables)
        promote(tables, budget)
        if claim and memory.verdict is not Verdict.BYTES:
            _put_back(tables, slot)
            _claim_next(tables, slot, queue, lease_ms=lease_ms, fence=fence, budget=budget)
        memory.fed_queues = frozenset(tables.fed_queues)
    hold = tables.leases.get(slot)
    granted = _describe(tables, hold) if claim and hold and hold.fence == fence else None
    queues = sorted({queue, *memory.fed_queues})
    # Who has got something to do leaves delays and expired leases to others.
    due = bool(tables.cascades) if granted else is_due(tables)
    return StepAnswer(memory.verdict, granted, arm(tables, queues, due=due))


def _publish(tables: Tables, completion: Completion) -> Verdict:
    cell = tables.look(completion.operation)
    if cell.status is not Status.RUNNING or cell.fence != completion.fence:
        return Verdict.FENCED
    sent = {content for content, _ in completion.contents}
    if not all(
        result.large or result.content in sent or result.content in tables.contents
        for result in completion.results
    ):
        return Verdict.BYTES
    _accept(tables, completion, cell)
    return Verdict.OK


def _accept(tables: Tables, completion: Completion, cell: Cell) -> None:
    operation = completion.operation
    tables.contents.update(completion.contents)
    _keep_report(tables, operation, completion)
    counters = tables.counters[tables.definitions[operation].task_name]
    counters["linked" if completion.linked else "executed"] += 1
    volatile = completion.volatile or cell.is_tainted
    is_success = all(result.ok for result in completion.results)
    if completion.trace_key and cell.trace_index and is_success and not volatile:
        tables.traces[cell.trace_index] = (completion.trace_key, completion.results)
    finish(tables, operation, completion.results, volatile=volatile)
    if not is_success:
        tables.failures.appendleft(Failed(tables.next_number(), operation))


def _keep_report(tables: Tables, operation: Digest, report: Completion | RunReport) -> None:
    if report.record:
        tables.records[operation] = report.record
    if report.log:
        tables.logs[operation] = report.log
    else:
        tables.logs.pop(operation, None)
    counters = tables.counters[tables.definitions[operation].task_name]
    counters["busy_ms"] += report.busy_ms


def promote(tables: Tables, limit: int) -> int:
    """Make delayed operations ready that are due; return their number."""
    now_ms = tables.clock()
    due = sorted((at, each) for each, at in tables.delayed.items() if at <= now_ms)
    for _, operation in due[:limit]:
        make_ready(tables, operation)
    return len(due[:limit])


def _put_back(tables: Tables, slot: str) -> None:
    hold = tables.leases.get(slot)
    if hold is None:
        return
    count_lost(tables, hold)
    cell = tables.cell(hold.operation)
    if cell.may_be_lost:
        cell.charge(Setback.LOSS)
        make_ready(tables, hold.operation)
    else:
        _leave_to_sweeper(tables, slot, hold)


def count_lost(tables: Tables, hold: Hold) -> None:
    """Count the loss of a worker, but not that of a sweeper which came to its aid."""
    if not hold.worker:
        tables.counters[tables.definitions[hold.operation].task_name]["lost"] += 1


def _leave_to_sweeper(tables: Tables, slot: str, hold: Hold) -> None:
    lost = replace(
        hold, expires_ms=tables.clock(), is_prolonged=True, worker=hold.worker or slot
    )
    run_under(tables, hold.operation, f"{slot}!{tables.slots[slot].sequence}", lost)


def _claim_next(
    tables: Tables, slot: str, queue: QueueName, *, lease_ms: int, fence: Fence, budget: int
) -> None:
    for _ in range(CLAIM_TRIES):
        if queue not in tables.ready:
            return
        operation = first_ready(tables, queue)
        row, inputs = tables.definitions[operation], _look(tables, operation)
        if row.strict and inputs.error:
            skip(tables, operation, inputs.error[0], volatile=inputs.error[1])
            budget = work_cascades(tables, budget)
        elif inputs.pending:
            wait_for(tables, operation, inputs.pending)
        else:
            now_ms = tables.clock()
            hold = Hold(operation, fence, now_ms + lease_ms, now_ms)
            _grant(tables, slot, hold, inputs)
            return


def first_ready(tables: Tables, queue: QueueName) -> Digest:
    """The operation of a queue that is to be claimed next."""
    heap, entries = tables.heaps[queue], tables.ready[queue]
    while entries.get(heap[0][-1]) != heap[0]:
        heappop(heap)
    return heap[0][-1]


def _look(tables: Tables, operation: Digest) -> Inputs:
    return read_inputs(tables, tables.definitions[operation])


def _grant(tables: Tables, slot: str, hold: Hold, inputs: Inputs) -> None:
    run_under(tables, hold.operation, slot, hold)
    cell, row = tables.cell(hold.operation), tables.definitions[hold.operation]
    cell.attempts += 1
    cell.is_tainted = inputs.is_tainted
    has_trace = may_have_trace(row, inputs)
    cell.trace_index = trace_index(row, inputs.results) if has_trace else b""


def _describe(tables: Tables, hold: Hold) -> Claim:
    cell, inputs = tables.cell(hold.operation), _look(tables, hold.operation)
    return Claim(
        operation=tables.definitions[hold.operation],
        fence=hold.fence,
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
        contents=_small_bytes(tables, inputs),
        trace=_candidate(tables, cell),
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


def _candidate(tables: Tables, cell: Cell) -> TraceCandidate | None:
    trace = tables.traces.get(cell.trace_index)
    return TraceCandidate(*trace) if trace and tables.has_bytes(trace[1]) else None


def _holder(tables: Tables, slot: str, operation: Digest, fence: Fence) -> Verdict | None:
    """None if the slot may act on the operation; else how to answer."""
    cell = tables.look(operation)
    if cell.status is Status.RUNNING and cell.fence == fence:
        return None
    memory = tables.slots.get(slot, Slot())
    return memory.ended_verdict if memory.ended_fence == fence else Verdict.FENCED


def _ended(tables: Tables, slot: str, fence: Fence) -> Verdict:
    """Remember the end of a lease, for a repeated message."""
    memory = tables.slots.setdefault(slot, Slot())
    memory.ended_fence, memory.used_ms = fence, tables.clock()
    return Verdict.OK


def release(
    tables: Tables,
    slot: str,
    operation: Digest,
    fence: Fence,
    *,
    delay_ms: int,
    setback: Setback,
) -> Verdict:
    """Put a running operation back."""
    answer = _holder(tables, slot, operation, fence)
    if answer is not None:
        return answer
    tables.cell(operation).charge(setback)
    if delay_ms > 0:
        make_delayed(tables, operation, tables.clock() + delay_ms)
    else:
        make_ready(tables, operation)
    return _ended(tables, slot, fence)


def delegate(
    tables: Tables,
    slot: str,
    operation: Digest,
    fence: Fence,
    target: tuple[Digest, int],
    *,
    report: RunReport,
) -> Verdict:
    """Let the output of an operation be that of another."""
    answer = _holder(tables, slot, operation, fence)
    if answer is not None:
        return answer
    cell, made = tables.cell(operation), tables.look(target[0])
    counters = tables.counters[tables.definitions[operation].task_name]
    result = result_for(tables, target, cell.generation)
    if made.status.is_pending:
        delegate_to(tables, operation, target)
    elif result:
        finish(tables, operation, (result,), volatile=made.volatile or cell.is_tainted)
        work_cascades(tables)
    else:
        return Verdict.IDLE
    tables.children[target[0]].add(operation)
    counters["executed"] += 1
    _keep_report(tables, operation, report)
    return _ended(tables, slot, fence)


def park(
    tables: Tables, slot: str, operation: Digest, fence: Fence, *, setback: Setback
) -> Verdict:
    """Let a running operation wait again for its inputs."""
    answer = _holder(tables, slot, operation, fence)
    if answer is not None:
        return answer
    inputs, row = _look(tables, operation), tables.definitions[operation]
    if inputs.idle:
        return Verdict.IDLE
    tables.cell(operation).charge(setback)
    if row.strict and inputs.error:
        skip(tables, operation, inputs.error[0], volatile=inputs.error[1])
        work_cascades(tables)
    elif inputs.pending:
        wait_for(tables, operation, inputs.pending)
    else:
        make_ready(tables, operation)
    return _ended(tables, slot, fence)


def renew(tables: Tables, slot: str, fence: Fence, lease_ms: int) -> bool:
    """Prolong a lease."""
    hold = tables.leases.get(slot)
    if hold is None or hold.fence != fence:
        return False
    hold.expires_ms, hold.is_prolonged = tables.clock() + lease_ms, False
    return True
