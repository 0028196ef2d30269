"""Running operations: publish and claim in one step, put back, delegate, park."""

from __future__ import annotations

from collections.abc import Sequence

from funsies.core.digest import Digest
from funsies.store.ports import AnsweredStep, PendingStep
from funsies.store.rows import (
    NOTHING_TO_REPORT,
    Completion,
    Failed,
    Fence,
    QueueName,
    RunReport,
    Setback,
    Status,
    StepAnswer,
    StepMessage,
    Verdict,
)

from .cascade import CASCADE_BUDGET, finish, skip, wake_few, work_cascades
from .claiming import claim_some, claims_of
from .inputs import read_inputs, result_for
from .moves import delegate_to, make_delayed, make_ready, run_under, wait_for
from .requesting import arm, is_due
from .tables import Cell, Hold, Locked, SlotMemory, Tables, atomic


class MemoryExecution(Locked):
    """What workers do: publish and claim in one step, put back, delegate, park."""

    @atomic
    def step(self, message: StepMessage) -> StepAnswer:
        """See :meth:`GraphStore.step`."""
        tables = self._tables
        memory = tables.slots.setdefault(message.slot, SlotMemory())
        if message.sequence < memory.sequence:
            return StepAnswer((Verdict.FENCED,) * len(message.completions), (), ())
        if message.sequence > memory.sequence or message.fence != memory.fence:
            memory.sequence, memory.fence = message.sequence, message.fence
            memory.used_ms = tables.clock()
            tables.fed_queues.clear()
            memory.verdicts, budget = _publish_all(tables, message.completions)
            memory.share_left = memory.is_passed_over = False
            budget = work_cascades(tables, budget)
            promote(tables, budget)
            if message.claims and Verdict.BYTES not in memory.verdicts:
                kept = _put_back(tables, message.slot, message.keeps)
                claimed = claim_some(tables, message, kept, budget)
                memory.share_left, memory.is_passed_over = claimed
            memory.fed_queues = frozenset(tables.fed_queues)
        hold = tables.leases.get(message.slot)
        granted = claims_of(tables, hold, message.fence) if message.claims else ()
        queues = sorted({message.queue, *memory.fed_queues})
        # Who has got something to do leaves delays and expired leases to others.
        due = bool(tables.cascades) if granted or memory.is_passed_over else is_due(tables)
        armed = arm(tables, queues, due=due)
        return StepAnswer(
            memory.verdicts, granted, armed, memory.is_passed_over, memory.share_left
        )

    def send_step(self, message: StepMessage) -> PendingStep:
        """See :meth:`GraphStore.send_step`: the answer is there at once."""
        return AnsweredStep(self.step(message))

    @atomic
    def release(
        self, slot: str, operation: Digest, fence: Fence, *, delay_ms: int = 0, setback: Setback
    ) -> Verdict:
        """See :meth:`GraphStore.release`."""
        tables = self._tables
        answer = _holder(tables, slot, operation, fence)
        if answer is not None:
            return answer
        tables.cell(operation).charge(setback)
        if delay_ms > 0:
            make_delayed(tables, operation, tables.clock() + delay_ms)
        else:
            make_ready(tables, operation)
        return _ended(tables, slot, fence)

    @atomic
    def put_back(
        self, slot: str, *, keeps: Sequence[Fence], while_holding: Fence | None = None
    ) -> tuple[QueueName, ...]:
        """See :meth:`GraphStore.put_back`."""
        tables = self._tables
        hold = tables.leases.get(slot)
        if hold is None or while_holding not in {None, *hold.fences.values()}:
            return ()
        tables.fed_queues.clear()
        for operation, fence in reversed([*hold.fences.items()]):
            if fence not in keeps:
                tables.cell(operation).charge(Setback.NOTHING)
                make_ready(tables, operation)
        return arm(tables, sorted(tables.fed_queues), due=False)

    @atomic
    def delegate(
        self,
        slot: str,
        operation: Digest,
        fence: Fence,
        target: Digest,
        index: int,
        *,
        report: RunReport = NOTHING_TO_REPORT,
    ) -> Verdict:
        """See :meth:`GraphStore.delegate`."""
        tables = self._tables
        answer = _holder(tables, slot, operation, fence)
        if answer is not None:
            return answer
        cell, made = tables.cell(operation), tables.look(target)
        counters = tables.counters[tables.definitions[operation].task_name]
        result = result_for(tables, (target, index), cell.generation)
        if made.status.is_pending:
            delegate_to(tables, operation, (target, index))
        elif result:
            finish(tables, operation, (result,), volatile=made.volatile or cell.is_tainted)
            work_cascades(tables)
        else:
            return Verdict.IDLE
        tables.children[target].add(operation)
        counters["executed"] += 1
        _keep_report(tables, operation, report)
        return _ended(tables, slot, fence)

    @atomic
    def park(
        self, slot: str, operation: Digest, fence: Fence, *, setback: Setback = Setback.NOTHING
    ) -> Verdict:
        """See :meth:`GraphStore.park`."""
        tables = self._tables
        answer = _holder(tables, slot, operation, fence)
        if answer is not None:
            return answer
        row = tables.definitions[operation]
        inputs = read_inputs(tables, row)
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

    @atomic
    def renew(self, slot: str, fence: Fence, *, lease_ms: int) -> bool:
        """See :meth:`GraphStore.renew`."""
        tables = self._tables
        hold = tables.leases.get(slot)
        if hold is None or fence not in hold.fences.values():
            return False
        hold.expires_ms, hold.is_prolonged = tables.clock() + lease_ms, False
        return True


def _publish_all(
    tables: Tables, completions: Sequence[Completion]
) -> tuple[tuple[Verdict, ...], int]:
    """Publish what may be published; the verdicts, and what is left of a call's budget."""
    verdicts, budget = [], CASCADE_BUDGET
    for completion in completions:
        verdicts.append(_publish(tables, completion))
        if verdicts[-1] is Verdict.OK:
            budget -= wake_few(tables, completion.operation)
    return tuple(verdicts), budget


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


def _put_back(tables: Tables, slot: str, keeps: Sequence[Fence]) -> dict[Digest, Fence]:
    """Put back what a slot has forgotten; what it goes on with."""
    hold = tables.leases.get(slot)
    if hold is None:
        return {}
    kept = {each: fence for each, fence in hold.fences.items() if fence in keeps}
    forgotten = [each for each in hold.fences if each not in kept]
    if len(hold.fences) > 1:
        put_back_all(tables, forgotten)
    elif forgotten:
        _put_back_lost(tables, slot, hold, forgotten[0])
    return kept


def _put_back_lost(tables: Tables, slot: str, hold: Hold, operation: Digest) -> None:
    count_lost(tables, hold, operation)
    cell = tables.cell(operation)
    if cell.may_be_lost:
        cell.charge(Setback.LOSS)
        make_ready(tables, operation)
    else:
        _leave_to_sweeper(tables, slot, hold, operation)


def put_back_all(tables: Tables, operations: Sequence[Digest]) -> None:
    """Put back what was lost with others.

    One of them was running, and nobody can say which: so none is charged, and each is claimed
    by itself from then on.
    """
    for operation in reversed(operations):
        cell = tables.cell(operation)
        cell.charge(Setback.NOTHING)
        cell.is_single = True
        make_ready(tables, operation)


def count_lost(tables: Tables, hold: Hold, operation: Digest) -> None:
    """Count the loss of a worker, but not that of a sweeper which came to its aid."""
    if not hold.worker:
        tables.counters[tables.definitions[operation].task_name]["lost"] += 1


def _leave_to_sweeper(tables: Tables, slot: str, hold: Hold, operation: Digest) -> None:
    lost = Hold(tables.clock(), hold.started_ms, is_prolonged=True, worker=hold.worker or slot)
    own_slot = f"{slot}!{tables.slots[slot].sequence}"
    run_under(tables, operation, hold.fences[operation], own_slot, lost)


def _holder(tables: Tables, slot: str, operation: Digest, fence: Fence) -> Verdict | None:
    """None if the slot may act on the operation; else how to answer."""
    cell = tables.look(operation)
    if cell.status is Status.RUNNING and cell.fence == fence:
        return None
    memory = tables.slots.get(slot, SlotMemory())
    return memory.ended_verdict if memory.ended_fence == fence else Verdict.FENCED


def _ended(tables: Tables, slot: str, fence: Fence) -> Verdict:
    """Remember the end of a lease, for a repeated message."""
    memory = tables.slots.setdefault(slot, SlotMemory())
    memory.ended_fence, memory.used_ms = fence, tables.clock()
    return Verdict.OK
