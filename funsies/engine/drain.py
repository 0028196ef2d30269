"""Working a queue off: claim, evaluate, publish and claim the next in one round trip.

Short operations are claimed several at a time, and their results are published together. How
many is decided by the store, by how long they are expected to run. What is done is not held
back for longer than some milliseconds. While there is something to run nobody waits for an
answer: results are published, and more is claimed, while the next operation runs. Should one
take longer than expected, then whoever observes the drain sees to the others (``watchdog.py``),
and says so.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

from funsies.core.cutting import printable
from funsies.core.digest import short_hash
from funsies.run.decision import Decision, Delegate, HandOver, Park, Publish, PutBack
from funsies.run.signals import Preempted
from funsies.store.ports import GraphStore
from funsies.store.rows import Claim, Completion, QueueName

from .consumer import REFUSED, UNTOUCHED, Consumer, Observer
from .failure import cannot_evaluate
from .prefetch import Prefetch
from .slots import InheritedClaim


class DrainEnd(Enum):
    """Why a drain ended."""

    EMPTY = "empty"
    """There was nothing left to claim."""
    STOPPED = "stopped"
    """It was asked to stop, or its time slice was over; there may be more to do."""
    PREEMPTED = "preempted"
    """An operation was interrupted and put back."""
    RETIRED = "retired"
    """This process must not go on, but a fresh one is to (``crash_recovery.py``)."""


@dataclass(frozen=True, slots=True)
class DrainReport:
    """What a drain did.

    Attributes:
        evaluated: number of evaluations.
        published: number of results that were accepted.
        fenced: number of results that came too late and were dropped.
        end: why it ended.
    """

    evaluated: int
    published: int
    fenced: int
    end: DrainEnd


_log = logging.getLogger(__name__)


def log_run(claim: Claim, decision: Publish | Delegate) -> None:
    """Log the end of an operation: what failed for a reason outside of itself is a warning."""
    level = logging.WARNING if _is_warning(decision) else logging.INFO
    if _log.isEnabledFor(level):
        report = decision.report if isinstance(decision, Delegate) else decision.completion
        _log.log(
            level,
            "%s %s %s in %d ms (attempt %d)",
            printable(claim.operation.task_name),
            short_hash(claim.operation.digest),
            _outcome(decision),
            report.busy_ms,
            claim.attempt,
        )


def _is_warning(decision: Publish | Delegate) -> bool:
    if isinstance(decision, Delegate):
        return False
    return decision.completion.volatile and bool(decision.errors)


def _outcome(decision: Publish | Delegate) -> str:
    if isinstance(decision, Delegate):
        return f"goes on as {short_hash(decision.target)}"
    if decision.errors:
        first = decision.errors[0]
        named = f" ({first.exception})" if first.exception else ""
        return f"failed: {first.kind}{named}"
    return "cached" if decision.completion.linked else "done"


MAX_EVALUATIONS: Final = 3
"""How often a claim is evaluated if the store keeps refusing what comes of it."""


class Evaluates(Protocol):
    """Runs claimed operations."""

    def evaluate(self, claim: Claim) -> Decision:
        """Run one operation and say what is to be done with it."""


def drain(
    graph: GraphStore,
    evaluator: Evaluates,
    slot: str,
    queue: QueueName,
    *,
    lease_ms: int,
    most_claims: int = 1,
    until: Callable[[], bool] = lambda: False,
    arm: Callable[[Iterable[QueueName]], None] = lambda _: None,
    observer: Observer | None = None,
    inherited: InheritedClaim | None = None,
    slice_seconds: float = 60.0,
    clock: Callable[[], float] = time.monotonic,
) -> DrainReport:
    """Work a queue off until it is empty.

    Args:
        graph: the store.
        evaluator: runs the operations.
        slot: name of this process; a slot is used by one drain in its life, or by several of
            which each leaves it to the next.
        queue: from which to claim.
        lease_ms: how long a lease holds without renewal, milliseconds. Renewing is the
            caller's task.
        most_claims: how many operations are claimed together at most.
        until: asked between operations; True ends the drain. An operation that fails then is
            put back: what stops the drain may well have made it fail.
        arm: told the queues on which more work is ready.
        observer: told about each step.
        inherited: a claim to begin with, which another drain has left under this slot.
        slice_seconds: no operation is claimed later than this.
        clock: the time, seconds.
    """
    over_at = clock() + slice_seconds
    told, prefetch = observer or Observer(), Prefetch(most_claims, clock)
    consumer = Consumer(
        graph=graph,
        slot=slot,
        queue=queue,
        lease_ms=lease_ms,
        arm=arm,
        observer=told,
        prefetch=prefetch,
        sequence=inherited.sequence if inherited is not None else 0,
    )
    return _Drain(
        evaluator=evaluator,
        consumer=consumer,
        prefetch=prefetch,
        must_stop=until,
        is_over=lambda: until() or clock() >= over_at,
        observer=told,
    ).run(inherited)


@dataclass(slots=True, kw_only=True)
class _Drain:
    evaluator: Evaluates
    consumer: Consumer
    prefetch: Prefetch
    must_stop: Callable[[], bool]
    is_over: Callable[[], bool]
    observer: Observer
    evaluated: int = 0
    end: DrainEnd = DrainEnd.EMPTY

    def run(self, inherited: InheritedClaim | None) -> DrainReport:
        """Take up what was left here, unless it was lost meanwhile; go on until all is done."""
        if inherited is not None:
            self.consumer.send(inherited.fence, claims=1)
        if not self.consumer.todo:
            self._go_on()
        while self.consumer.todo and self._handle(self.consumer.todo.popleft()):
            self._go_on()
        return DrainReport(
            self.evaluated, self.consumer.published, self.consumer.fenced, self.end
        )

    def _go_on(self) -> None:
        """Publish what is due, and see that there is something to do, unless it is over."""
        consumer = self.consumer
        if not consumer.todo or consumer.is_answered:
            consumer.collect()
        if self.observer.is_relieved():
            self.prefetch.be_careful()
            consumer.give_back()
        if consumer.todo and self._is_over():
            consumer.give_back()
        if consumer.todo and not consumer.is_waiting:
            self._send_ahead()
        while not consumer.todo:
            claims = 0 if self._is_over() else self.prefetch.claims
            if not (claims or consumer.done):
                break
            answer = consumer.step(claims=claims)
            if not (answer.set_aside or consumer.done or consumer.todo):
                break
        if not consumer.todo:
            self.observer.idle()

    def _send_ahead(self) -> None:
        """Publish what is due, and claim more before all is done, while the next one runs."""
        consumer = self.consumer
        is_due = bool(consumer.done) and self.prefetch.is_due(consumer.todo[0])
        claims = (
            self.prefetch.claims_ahead(consumer.todo, is_sent=is_due) if consumer.more else 0
        )
        if claims or is_due:
            consumer.step_ahead(claims=claims)

    def _is_over(self) -> bool:
        """True if nothing more is to be claimed; notes why."""
        if self.is_over():
            self.end = DrainEnd.STOPPED
        elif self.observer.must_retire():
            self.end = DrainEnd.RETIRED
        else:
            return False
        return True

    def _handle(self, claim: Claim) -> bool:
        """Evaluate one operation and settle it, or hold what is done; False to leave."""
        self.observer.claimed(claim)
        if self.observer.is_relieved():
            # Of this one as well: it was not begun when that was said.
            self.prefetch.be_careful()
            self.consumer.todo.appendleft(claim)
            self.consumer.give_back()
            return True
        try:
            for _ in range(MAX_EVALUATIONS):
                decision = self._evaluate(claim)
                if isinstance(decision, HandOver):
                    self._leave_to_successor(claim)
                    return False
                if self._settle(claim, decision):
                    return True
                if self.observer.must_retire():
                    break
        except Preempted:
            self.end = DrainEnd.PREEMPTED
            self.consumer.put_all_down(claim)
            return False
        self.consumer.release(claim, REFUSED)
        return True

    def _evaluate(self, claim: Claim) -> Decision:
        self.evaluated += 1
        try:
            with self.observer.running(), self.prefetch.measured(claim):
                return self.evaluator.evaluate(claim)
        except Exception:  # noqa: BLE001 - whatever is wrong with the engine, the operation ends
            return _unable(claim, traceback.format_exc())

    def _settle(self, claim: Claim, decision: Decision) -> bool:
        """Act on a decision; False if the store refused it, and it is to be made again."""
        match decision:
            case Publish(completion=completion) if _has_failed(completion) and self.must_stop():
                self.consumer.release(claim, UNTOUCHED)
            case Publish(completion=completion):
                log_run(claim, decision)
                self.consumer.hold(claim, completion)
            case PutBack():
                self.consumer.release(claim, decision)
            case Delegate():
                log_run(claim, decision)
                return self.consumer.delegate(claim, decision)
            case Park():
                return self.consumer.park(claim, decision)
        return True

    def _leave_to_successor(self, claim: Claim) -> None:
        """Leave what this process cannot run: with the slot if it is alone there."""
        self.end, consumer = DrainEnd.RETIRED, self.consumer
        consumer.collect()
        if consumer.todo or consumer.done or claim.fence != consumer.fence:
            consumer.put_all_down(claim)


def _has_failed(completion: Completion) -> bool:
    return not all(result.ok for result in completion.results)


def _unable(claim: Claim, details: str) -> Decision:
    """Treat a fault of the engine as the loss of the worker: some attempts, then an error."""
    if claim.may_be_lost:
        return REFUSED
    return Publish(cannot_evaluate(claim, details))
