"""Working a queue off: claim, evaluate, publish and claim the next in one round trip."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from funsies.run.decision import Decision, Delegate, HandOver, Park, Publish, PutBack
from funsies.run.preempted import Preempted
from funsies.store.ports import GraphStore
from funsies.store.rows import (
    Claim,
    Completion,
    Fence,
    QueueName,
    Setback,
    StepAnswer,
    Verdict,
)

from .drain_report import DrainEnd, DrainReport
from .failure import bytes_missing, cannot_evaluate
from .names import new_fence
from .observer import Observer
from .run_log import log_run
from .succession import Inherited

MAX_EVALUATIONS: Final = 3
"""How often a claim is evaluated if the store keeps refusing what comes of it."""

REFUSED_DELAY_MS: Final = 1000
"""Pause before an operation that could not be evaluated is claimed again."""


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
    until: Callable[[], bool] = lambda: False,
    arm: Callable[[Iterable[QueueName]], None] = lambda _: None,
    observer: Observer | None = None,
    inherited: Inherited | None = None,
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
        until: asked between operations; True ends the drain. An operation that fails then is
            put back: what stops the drain may well have made it fail.
        arm: told the queues on which more work is ready.
        observer: told about each step.
        inherited: a claim to begin with, which another drain has left under this slot.
        slice_seconds: no operation is claimed later than this.
        clock: the time, seconds.
    """
    over_at = clock() + slice_seconds
    return _Drain(
        graph=graph,
        evaluator=evaluator,
        slot=slot,
        queue=queue,
        lease_ms=lease_ms,
        must_stop=until,
        is_over=lambda: until() or clock() >= over_at,
        arm=arm,
        observer=observer or Observer(),
        inherited=inherited,
        sequence=inherited.sequence if inherited is not None else 0,
    ).run()


@dataclass(slots=True, kw_only=True)
class _Drain:
    graph: GraphStore
    evaluator: Evaluates
    slot: str
    queue: QueueName
    lease_ms: int
    must_stop: Callable[[], bool]
    is_over: Callable[[], bool]
    arm: Callable[[Iterable[QueueName]], None]
    observer: Observer
    inherited: Inherited | None
    sequence: int
    evaluated: int = 0
    published: int = 0
    fenced: int = 0
    end: DrainEnd = DrainEnd.EMPTY

    def run(self) -> DrainReport:
        claim = self._first()
        while claim is not None:
            claim = self._handle(claim)
        return DrainReport(self.evaluated, self.published, self.fenced, self.end)

    def _first(self) -> Claim | None:
        """The claim that was left here, unless it was lost meanwhile; else the next one."""
        if self.inherited is None:
            return self._next()
        left = self._send(self.inherited.fence, None, wants_more=True)
        return left.claim or self._next()

    def _handle(self, claim: Claim) -> Claim | None:
        """Evaluate one operation and settle it; return the next."""
        try:
            for _ in range(MAX_EVALUATIONS):
                retry = self._settle(claim, self._evaluate(claim))
                if not isinstance(retry, _Again):
                    return retry
                claim = retry.claim
                if self.observer.must_retire():
                    break
        except Preempted:
            self.end = DrainEnd.PREEMPTED
            self._release(claim, PutBack(Setback.NOTHING))
            return None
        self._release(claim, PutBack(Setback.LOSS, REFUSED_DELAY_MS))
        return self._next()

    def _evaluate(self, claim: Claim) -> Decision:
        self.evaluated += 1
        try:
            with self.observer.running():
                return self.evaluator.evaluate(claim)
        except Exception:  # noqa: BLE001 - whatever is wrong with the engine, the operation ends
            return _unable(claim, traceback.format_exc())

    def _settle(self, claim: Claim, decision: Decision) -> Claim | _Again | None:
        match decision:
            case Publish(completion=completion) if _has_failed(completion) and self.must_stop():
                self._release(claim, PutBack(Setback.NOTHING))
                return self._next()
            case Publish(completion=completion):
                log_run(claim, decision)
                return self._publish(claim, completion)
            case PutBack():
                self._release(claim, decision)
                return self._next()
            case Delegate():
                log_run(claim, decision)
                verdict = self._delegate(claim, decision)
            case Park(queues, setback):
                self._arm_others(queues)
                held = (self.slot, claim.operation.digest, claim.fence)
                verdict = self.graph.park(*held, setback=setback)
            case HandOver():
                self.end = DrainEnd.RETIRED
                return None
        if verdict is Verdict.IDLE:  # what was requested a moment ago has been reset since
            return _Again(claim)
        self._count(verdict)
        return self._next()

    def _publish(self, claim: Claim, completion: Completion) -> Claim | _Again | None:
        answer = self._step(completion)
        if answer.verdict is not Verdict.BYTES:
            return self._claim_of(answer)
        if completion.linked:  # bytes that the trace names are gone: compute them
            return _Again(replace(claim, trace=None))
        return self._claim_of(self._step(bytes_missing(claim)))

    def _delegate(self, claim: Claim, to: Delegate) -> Verdict:
        self._arm_others(to.arm)
        return self.graph.delegate(
            self.slot,
            claim.operation.digest,
            claim.fence,
            to.target,
            to.index,
            report=to.report,
        )

    def _arm_others(self, queues: Sequence[QueueName]) -> None:
        """Call workers to other queues; the claim that follows sees what is left on this one.

        Where it takes the only operation that there is, another worker would come in vain: a
        work-horse for each of the steps that go on one after the other.
        """
        self.arm([queue for queue in queues if queue != self.queue])

    def _next(self) -> Claim | None:
        while not self._is_over():
            answer = self._step(None)
            if not answer.set_aside:
                return answer.claim
        self.observer.idle()
        return None

    def _claim_of(self, answer: StepAnswer) -> Claim | None:
        """What is in hand now; the next one if what was at the head had to be set aside."""
        return self._next() if answer.set_aside else answer.claim

    def _is_over(self) -> bool:
        """True if nothing more is to be claimed; notes why."""
        if self.is_over():
            self.end = DrainEnd.STOPPED
        elif self.observer.must_retire():
            self.end = DrainEnd.RETIRED
        else:
            return False
        return True

    def _step(self, completion: Completion | None) -> StepAnswer:
        """Publish, if there is something to publish, and claim, if there is time."""
        wants_more = completion is None or not self._is_over()
        self.sequence += 1
        return self._send(new_fence(), completion, wants_more=wants_more)

    def _send(
        self, fence: Fence, completion: Completion | None, *, wants_more: bool
    ) -> StepAnswer:
        self.observer.stepping(self.sequence)
        answer = self.graph.step(
            self.slot,
            self.sequence,
            self.queue,
            lease_ms=self.lease_ms,
            fence=fence,
            completions=() if completion is None else (completion,),
            claims=int(wants_more),
        )
        self._take_note(answer)
        return answer

    def _take_note(self, answer: StepAnswer) -> None:
        if answer.claim is not None:
            self.observer.claimed(answer.claim)
        elif answer.verdict is not Verdict.BYTES:
            self.observer.idle()
        self._count(answer.verdict)
        if answer.set_aside:
            self.observer.settled()
        if answer.arm:
            self.arm(answer.arm)

    def _count(self, verdict: Verdict | None) -> None:
        if verdict is Verdict.OK:
            self.published += 1
            self.observer.settled()
        self.fenced += verdict is Verdict.FENCED

    def _release(self, claim: Claim, decision: PutBack) -> None:
        self.graph.release(
            self.slot,
            claim.operation.digest,
            claim.fence,
            delay_ms=decision.delay_ms,
            setback=decision.setback,
        )
        self.observer.idle()
        self.observer.settled()


@dataclass(frozen=True, slots=True)
class _Again:
    """The store refused the outcome: evaluate this claim again."""

    claim: Claim


def _has_failed(completion: Completion) -> bool:
    return not all(result.ok for result in completion.results)


def _unable(claim: Claim, details: str) -> Decision:
    """Treat a fault of the engine as the loss of the worker: some attempts, then an error."""
    if claim.may_be_lost:
        return PutBack(Setback.LOSS, REFUSED_DELAY_MS)
    return Publish(cannot_evaluate(claim, details))
