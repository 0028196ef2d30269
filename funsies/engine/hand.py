"""What a drain has in hand, and its messages to the store about it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from funsies.run.decision import Delegate, Park, PutBack
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

from .failure import bytes_missing
from .names import new_fence
from .observer import Observer
from .pace import Pace

REFUSED: Final = PutBack(Setback.LOSS, 1000)
"""What becomes of an operation that could not be evaluated: it is claimed again later."""

UNTOUCHED: Final = PutBack(Setback.NOTHING)
"""What becomes of an operation that was not begun, or has to make way."""


@dataclass(slots=True, kw_only=True)
class Hand:
    """All that a slot holds, from its claim to the message that ends it.

    Attributes:
        sequence: number of the last message.
        todo: what is claimed and not begun.
        done: what is to be published, with the claims.
        fence: of the last message.
        published: number of results that were accepted.
        fenced: number of those that were not, as somebody else holds the operation.
    """

    graph: GraphStore
    slot: str
    queue: QueueName
    lease_ms: int
    arm: Callable[[Iterable[QueueName]], None]
    observer: Observer
    pace: Pace
    sequence: int
    todo: deque[Claim] = field(default_factory=deque)
    done: list[tuple[Claim, Completion]] = field(default_factory=list)
    fence: Fence | None = None
    published: int = 0
    fenced: int = 0

    def step(self, *, claims: int) -> StepAnswer:
        """Publish what is done, and claim."""
        self.sequence += 1
        return self.send(new_fence(), claims=claims)

    def send(self, fence: Fence, *, claims: int) -> StepAnswer:
        """Send the message of the present number, perhaps once more."""
        self.observer.stepping(self.sequence)
        done, self.done, self.fence = self.done, [], fence
        answer = self.graph.step(
            self.slot,
            self.sequence,
            self.queue,
            lease_ms=self.lease_ms,
            fence=fence,
            completions=[completion for _, completion in done],
            claims=claims,
        )
        self.pace.published()
        self.observer.published()
        # A message of the predecessor's is repeated without what it published.
        for (claim, completion), verdict in zip(done, answer.verdicts, strict=False):
            self._count(verdict)
            if verdict is Verdict.BYTES:
                self._make_again(claim, completion)
        if answer.claims:
            self.pace.claimed(len(answer.claims))
            self.observer.claimed_together(answer.claims)
            self.todo.extend(answer.claims)
        if answer.set_aside:
            self.observer.settled()
        if answer.arm:
            self.arm(answer.arm)
        return answer

    def hold(self, claim: Claim, completion: Completion) -> None:
        """Have something published, now or with what is claimed together with it."""
        self.done.append((claim, completion))
        if self.todo and not self.observer.holds(completion):
            self.step(claims=0)

    def delegate(self, claim: Claim, to: Delegate) -> bool:
        """Let the output be that of another operation; False if that is idle by now."""
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
        self._arm_others(until.arm)
        held = (self.slot, claim.operation.digest, claim.fence)
        return self._count(self.graph.park(*held, setback=until.setback))

    def release(self, claim: Claim, decision: PutBack) -> None:
        """Put an operation back."""
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
        """Put back what is claimed and not begun."""
        while self.todo:
            self.release(self.todo.popleft(), UNTOUCHED)

    def put_all_down(self, claim: Claim) -> None:
        """Publish what is done; put back this operation, and what was to follow it."""
        if self.done:
            self.step(claims=0)
        self.release(claim, UNTOUCHED)
        self.give_back()
        self.observer.idle()

    def _arm_others(self, queues: Sequence[QueueName]) -> None:
        """Call workers to other queues; the claim that follows sees what is left on this one.

        Where it takes the only operation that there is, another worker would come in vain: a
        work-horse for each of the steps that go on one after the other.
        """
        self.arm([queue for queue in queues if queue != self.queue])

    def _make_again(self, claim: Claim, completion: Completion) -> None:
        """See to what was refused: bytes that it names are gone."""
        if not completion.linked:
            self.done.append((claim, bytes_missing(claim)))
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
