"""Working a queue off: claim, evaluate, publish and claim the next in one round trip."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, Protocol

from funsies.core.errors import Error, ErrorKind
from funsies.run.decision import Decision, Delegate, Park, Publish, PutBack
from funsies.run.preempted import Preempted
from funsies.store.ports import GraphStore
from funsies.store.rows import Claim, Completion, QueueName, StepAnswer, Verdict

from .failure import failure
from .names import new_fence
from .run_log import log_run

MAX_EVALUATIONS: Final = 3
"""How often a claim is evaluated if the store keeps refusing what comes of it."""

REFUSED_DELAY_MS: Final = 1000
"""Pause before an operation that could not be evaluated is claimed again."""


class Evaluates(Protocol):
    """Runs claimed operations."""

    def evaluate(self, claim: Claim) -> Decision:
        """Run one operation and say what is to be done with it."""


class Observer:
    """Is told about each step of a drain; this one takes no notice."""

    def stepping(self, sequence: int) -> None:
        """A message with this number is about to be sent: the operation in hand is over."""

    def claimed(self, claim: Claim) -> None:
        """This operation is in hand now."""

    def idle(self) -> None:
        """No operation is in hand."""

    def running(self) -> AbstractContextManager[None]:
        """Enclose the evaluation of an operation."""
        return nullcontext()


class DrainEnd(Enum):
    """Why a drain ended."""

    EMPTY = "empty"
    """There was nothing left to claim."""
    STOPPED = "stopped"
    """It was asked to stop, or its time slice was over; there may be more to do."""
    PREEMPTED = "preempted"
    """An operation was interrupted and put back."""


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
    slice_seconds: float = 60.0,
    clock: Callable[[], float] = time.monotonic,
) -> DrainReport:
    """Work a queue off until it is empty.

    Args:
        graph: the store.
        evaluator: runs the operations.
        slot: name of this process; a slot is used by one drain in its life.
        queue: from which to claim.
        lease_ms: how long a lease holds without renewal, milliseconds. Renewing is the
            caller's task.
        until: asked between operations; True ends the drain. An operation that fails then is
            put back: what stops the drain may well have made it fail.
        arm: told the queues on which more work is ready.
        observer: told about each step.
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
    sequence: int = 0
    evaluated: int = 0
    published: int = 0
    fenced: int = 0
    end: DrainEnd = DrainEnd.EMPTY

    def run(self) -> DrainReport:
        claim = self._next()
        while claim is not None:
            claim = self._handle(claim)
        return DrainReport(self.evaluated, self.published, self.fenced, self.end)

    def _handle(self, claim: Claim) -> Claim | None:
        """Evaluate one operation and settle it; return the next."""
        try:
            for _ in range(MAX_EVALUATIONS):
                retry = self._settle(claim, self._evaluate(claim))
                if not isinstance(retry, _Again):
                    return retry
                claim = retry.claim
        except Preempted:
            self.end = DrainEnd.PREEMPTED
            self._release(claim, PutBack(give_attempt_back=True))
            return None
        self._release(claim, PutBack(delay_ms=REFUSED_DELAY_MS))
        return self._next()

    def _evaluate(self, claim: Claim) -> Decision:
        self.evaluated += 1
        try:
            with self.observer.running():
                return self.evaluator.evaluate(claim)
        except Exception:  # noqa: BLE001 - whatever is wrong with the engine, the operation ends
            return _cannot_evaluate(claim, traceback.format_exc())

    def _settle(self, claim: Claim, decision: Decision) -> Claim | _Again | None:
        match decision:
            case Publish(completion=completion) if _has_failed(completion) and self.must_stop():
                self._release(claim, PutBack(give_attempt_back=True))
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
            case Park(queues):
                self.arm(queues)
                verdict = self.graph.park(self.slot, claim.operation.digest, claim.fence)
        if verdict is Verdict.IDLE:  # what was requested a moment ago has been reset since
            return _Again(claim)
        self._count(verdict)
        return self._next()

    def _publish(self, claim: Claim, completion: Completion) -> Claim | _Again | None:
        answer = self._step(completion)
        if answer.verdict is not Verdict.BYTES:
            return answer.claim
        if completion.linked:  # bytes that the trace names are gone: compute them
            return _Again(replace(claim, trace=None))
        return self._step(failure(claim.operation, claim.fence, _bytes_missing(claim))).claim

    def _delegate(self, claim: Claim, to: Delegate) -> Verdict:
        self.arm(to.arm)
        return self.graph.delegate(
            self.slot,
            claim.operation.digest,
            claim.fence,
            to.target,
            to.index,
            report=to.report,
        )

    def _next(self) -> Claim | None:
        if self.is_over():
            self.end = DrainEnd.STOPPED
            self.observer.idle()
            return None
        return self._step(None).claim

    def _step(self, completion: Completion | None) -> StepAnswer:
        """Publish, if there is something to publish, and claim, if there is time."""
        wants_more = completion is None or not self.is_over()
        if not wants_more:
            self.end = DrainEnd.STOPPED
        self.sequence += 1
        self.observer.stepping(self.sequence)
        answer = self.graph.step(
            self.slot,
            self.sequence,
            self.queue,
            lease_ms=self.lease_ms,
            fence=new_fence(),
            completion=completion,
            claim=wants_more,
        )
        self._take_note(answer)
        return answer

    def _take_note(self, answer: StepAnswer) -> None:
        if answer.claim is not None:
            self.observer.claimed(answer.claim)
        elif answer.verdict is not Verdict.BYTES:
            self.observer.idle()
        self._count(answer.verdict)
        if answer.arm:
            self.arm(answer.arm)

    def _count(self, verdict: Verdict | None) -> None:
        self.published += verdict is Verdict.OK
        self.fenced += verdict is Verdict.FENCED

    def _release(self, claim: Claim, decision: PutBack) -> None:
        self.graph.release(
            self.slot,
            claim.operation.digest,
            claim.fence,
            delay_ms=decision.delay_ms,
            give_attempt_back=decision.give_attempt_back,
        )
        self.observer.idle()


@dataclass(frozen=True, slots=True)
class _Again:
    """The store refused the outcome: evaluate this claim again."""

    claim: Claim


def _has_failed(completion: Completion) -> bool:
    return not all(result.ok for result in completion.results)


def _cannot_evaluate(claim: Claim, details: str) -> Decision:
    """Treat a fault of the engine as the loss of the worker: some attempts, then an error."""
    if claim.attempt < claim.lost_limit:
        return PutBack(delay_ms=REFUSED_DELAY_MS)
    error = Error(
        kind=ErrorKind.WorkerLost,
        source=claim.operation.digest.hex(),
        task=claim.operation.task_name,
        details=f"the worker could not run this step:\n{details}",
        attempts=claim.attempt,
    )
    return Publish(failure(claim.operation, claim.fence, error))


def _bytes_missing(claim: Claim) -> Error:
    return Error(
        kind=ErrorKind.DataMissing,
        source=claim.operation.digest.hex(),
        task=claim.operation.task_name,
        details="the step ended, but bytes of its outputs are not stored; execute it again",
        attempts=claim.attempt,
    )
