"""The consumer of one slot: what it holds, its messages to the store, and who is told of them.

It does what consumers of message queues do: it claims ahead, publishes several results by
one message, and gives back what it has not begun.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Final

from msgspec.structs import replace

from funsies.run.decision import Delegate, Park, PutBack
from funsies.store.ports import AnsweredStep, GraphStore, PendingStep
from funsies.store.rows import (
    Claim,
    Completion,
    Fence,
    QueueName,
    Setback,
    StepAnswer,
    StepMessage,
    Verdict,
)

from .failure import bytes_missing
from .prefetch import Prefetch
from .slots import new_fence


class Observer:
    """Is told about each step of a drain; this one takes no notice."""

    def stepping(self, sequence: int) -> None:
        """A message with this number is about to be sent: the operation in hand is over."""

    def claimed(self, claim: Claim) -> None:
        """This operation is in hand now."""

    def claimed_together(self, claims: Sequence[Claim]) -> None:
        """These were claimed by one message, to be run in this order."""

    def holds(self, completion: Completion) -> bool:  # noqa: ARG002 - for others
        """This is published later, with others; False if it has to be published now."""
        return True

    def sent(self) -> None:
        """A message is on its way, and is not waited for."""

    def answered(self, number: int) -> None:
        """The last message was answered; so many of what was held first are published."""

    def is_relieved(self) -> bool:
        """True, once, if what was claimed with the last operation is seen to: it took long."""
        return False

    def idle(self) -> None:
        """No operation is in hand."""

    def settled(self) -> None:
        """An operation was published, put back or set aside."""

    def running(self) -> AbstractContextManager[None]:
        """Enclose the evaluation of an operation."""
        return nullcontext()

    def must_retire(self) -> bool:
        """True if this process must not run another operation: what it ran has spoiled it."""
        return False


REFUSED: Final = PutBack(Setback.LOSS, 1000)
"""What becomes of an operation that could not be evaluated: it is claimed again later."""

UNTOUCHED: Final = PutBack(Setback.NOTHING)
"""What becomes of an operation that was not begun, or has to make way."""


@dataclass(frozen=True, slots=True)
class Done:
    """What is to be published of an operation.

    Attributes:
        claim: of the operation.
        completion: what came of it.
        is_noted: the observer holds it, too.
    """

    claim: Claim
    completion: Completion
    is_noted: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A message whose answer was not read."""

    message: PendingStep
    done: list[Done]
    claims: int


@dataclass(slots=True, kw_only=True)
class Consumer:
    """All that a slot holds, from its claim to the message that ends it.

    One message at most is on its way: its answer is read before the next one is sent. While it
    is, the process runs what it holds.

    Attributes:
        sequence: number of the last message.
        todo: what is claimed and not begun.
        done: what is to be published, with the claims.
        fence: of the last message.
        published: number of results that were accepted.
        fenced: number of those that were not, as somebody else holds the operation.
        more: True if more of the queue is for this slot than what it has claimed.
    """

    graph: GraphStore
    slot: str
    queue: QueueName
    lease_ms: int
    arm: Callable[[Iterable[QueueName]], None]
    observer: Observer
    prefetch: Prefetch
    sequence: int
    todo: deque[Claim] = field(default_factory=deque)
    done: list[Done] = field(default_factory=list)
    fence: Fence | None = None
    published: int = 0
    fenced: int = 0
    more: bool = False
    _sent: Sent | None = None

    @property
    def is_waiting(self) -> bool:
        """True if a message is on its way, and its answer was not read."""
        return self._sent is not None

    @property
    def is_answered(self) -> bool:
        """True if reading the answer to the last message takes no time."""
        if self._sent is None or self._sent.message.is_answered():
            return True
        self.prefetch.not_answered()
        return False

    def step(self, *, claims: int) -> StepAnswer:
        """Publish what is done, and claim; wait for the answer."""
        self.collect()
        self.sequence += 1
        return self.send(new_fence(), claims=claims)

    def send(self, fence: Fence, *, claims: int) -> StepAnswer:
        """Send the message of the present number, perhaps once more; wait for the answer."""
        done, message = self._message(fence, claims)
        answered = AnsweredStep(self.graph.step(message))
        return self._take(Sent(answered, done, claims), has_waited=True)

    def step_ahead(self, *, claims: int) -> None:
        """Publish what is done, and claim, while something else is run."""
        self.sequence += 1
        done, message = self._message(new_fence(), claims)
        self._sent = Sent(self.graph.send_step(message), done, claims)
        self.observer.sent()

    def collect(self) -> None:
        """Take the answer to the message that is on its way, if there is one."""
        if self._sent is not None:
            has_waited = not self.is_answered
            sent, self._sent = self._sent, None
            self._take(sent, has_waited=has_waited)

    def _message(self, fence: Fence, claims: int) -> tuple[list[Done], StepMessage]:
        """What is published by a message, and the message itself."""
        self.observer.stepping(self.sequence)
        self.prefetch.sent()
        done, self.done, self.fence = self.done, [], fence
        message = StepMessage(
            self.slot,
            self.sequence,
            self.queue,
            self.lease_ms,
            fence,
            completions=[each.completion for each in done],
            claims=claims,
            keeps=[claim.fence for claim in self.todo] if claims else [],
        )
        return done, message

    def _take(self, sent: Sent, *, has_waited: bool) -> StepAnswer:
        answer = sent.message.answer()
        self.prefetch.answered(has_waited=has_waited)
        self.observer.answered(sum(each.is_noted for each in sent.done))
        # A message of the predecessor's is repeated without what it published.
        for done, verdict in zip(sent.done, answer.verdicts, strict=False):
            self._count(verdict)
            if verdict is Verdict.BYTES:
                self._make_again(done)
        if sent.claims:
            self.more = answer.share_left
        if answer.claims:
            self.prefetch.claimed(len(answer.claims))
            self.todo.extend(answer.claims)
            self.observer.claimed_together(tuple(self.todo))
        if answer.set_aside:
            self.observer.settled()
        if answer.arm:
            self.arm(answer.arm)
        return answer

    def hold(self, claim: Claim, completion: Completion) -> None:
        """Have something published, now or with what is claimed together with it."""
        if self.todo or self.is_waiting:
            is_noted = self.observer.holds(completion)
            self.done.append(Done(claim, completion, is_noted))
            if not is_noted:
                self.step(claims=0)
        else:
            self.done.append(Done(claim, completion))

    def delegate(self, claim: Claim, to: Delegate) -> bool:
        """Let the output be that of another operation; False if that is idle by now."""
        self.collect()
        self._arm_others(to.arm)
        verdict = self.graph.delegate(
            self.slot,
            claim.operation.digest,
            claim.fence,
            to.target,
            to.index,
            report=to.report,
        )
        return self._count(verdict)

    def park(self, claim: Claim, until: Park) -> bool:
        """Have an operation wait again for its inputs; False if one is idle by now."""
        self.collect()
        self._arm_others(until.arm)
        held = (self.slot, claim.operation.digest, claim.fence)
        return self._count(self.graph.park(*held, setback=until.setback))

    def release(self, claim: Claim, decision: PutBack) -> None:
        """Put an operation back."""
        self.collect()
        self.observer.stepping(self.sequence)
        self.graph.release(
            self.slot,
            claim.operation.digest,
            claim.fence,
            delay_ms=decision.delay_ms,
            setback=decision.setback,
        )
        self.observer.settled()

    def give_back(self) -> None:
        """Put back what is claimed and not begun, and only that."""
        self.collect()
        if self.todo:
            self.observer.stepping(self.sequence)
            keeps = [each.claim.fence for each in self.done]
            self.arm(self.graph.put_back(self.slot, keeps=keeps))
            self.todo.clear()

    def put_all_down(self, claim: Claim) -> None:
        """Publish what is done; put back this operation, and what was to follow it."""
        self.todo.appendleft(claim)
        while self.done:
            self.step(claims=0)
        self.give_back()
        self.observer.settled()
        self.observer.idle()

    def _arm_others(self, queues: Sequence[QueueName]) -> None:
        """Call workers to other queues; the claim that follows sees what is left on this one.

        Where it takes the only operation that there is, another worker would come in vain: a
        work-horse for each of the steps that go on one after the other.
        """
        self.arm([queue for queue in queues if queue != self.queue])

    def _make_again(self, done: Done) -> None:
        """See to what was refused: bytes that it names are gone."""
        claim = done.claim
        if not done.completion.linked:
            failed = bytes_missing(claim)
            self.done.append(Done(claim, failed, self.observer.holds(failed)))
        elif self.observer.must_retire():
            self.release(claim, REFUSED)
        else:  # a trace names them: compute them
            self.todo.appendleft(replace(claim, trace=None))

    def _count(self, verdict: Verdict) -> bool:
        """Take note of a verdict; False if what was requested a moment ago is idle again."""
        if verdict is Verdict.OK:
            self.published += 1
            self.observer.settled()
        self.fenced += verdict is Verdict.FENCED
        return verdict is not Verdict.IDLE
