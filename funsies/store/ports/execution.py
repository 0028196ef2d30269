"""The side of the port for who runs operations, and who sees that all goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from funsies.core.digest import Digest
from funsies.store.rows import (
    NOTHING_TO_REPORT,
    Fence,
    QueueName,
    RunReport,
    Setback,
    StepAnswer,
    StepMessage,
    SweepAnswer,
    Verdict,
)


class PendingStep(Protocol):
    """A message that was sent, and its answer, which is still to be read."""

    def is_answered(self) -> bool:
        """True if reading the answer takes no time."""

    def answer(self) -> StepAnswer:
        """Wait for the answer; if the connection has broken, send the message again.

        Raises:
            NoServerError: if no server answers.
            ServerError: if it refuses.
        """


class AnsweredStep(msgspec.Struct, frozen=True):
    """One that was answered at once."""

    said: StepAnswer

    def is_answered(self) -> bool:
        """See :meth:`PendingStep.is_answered`."""
        return True

    def answer(self) -> StepAnswer:
        """See :meth:`PendingStep.answer`."""
        return self.said


class Execution(Protocol):
    """Taking operations up, ending them, and upkeep. Each method is one atomic act."""

    def step(self, message: StepMessage) -> StepAnswer:
        """Publish results and take the next operations, in one round trip.

        A slot holds at most one lease, on all that it has claimed and not ended. The same
        sequence number and fence give the same answer, without doing anything again; a lower
        number is ignored. A claim on a slot that still holds something, which the message
        neither completes nor keeps, puts that back first, as a sweep does; if it was lost too
        often already, the next sweep reports it as exhausted.

        Publishing: each is accepted if the operation is running under the completion's fence
        and all small bytes that the results name are sent along or stored. Then the outputs
        become visible together, the trace is recorded unless volatile, and the waiters are
        woken: at most some hundred now, the rest by later steps and sweeps. A strict consumer
        of a failed output ends at once with that same error.

        Claiming: the operation of highest priority; among equals that of the oldest
        generation; among those what was unlocked last; then in the order of the request.
        Attempts are counted here. Delayed operations of the queue that are due come too.

        Several are claimed together only if they are many and short: no more than half of a
        worker's share of what is ready, and than are expected to run for 50 ms, by what others
        of the same task name took. What has not run yet under its name, is dynamic, has very
        many inputs, was put back before, or must not be lost once more, is claimed by itself.
        Who goes on with something may be given nothing: the last that are ready are left to
        those who have nothing to do. Nothing is claimed as long as the results of something
        are refused for want of bytes.
        """

    def send_step(self, message: StepMessage) -> PendingStep:
        """Send the message of :meth:`step`, and do not wait for its answer.

        That is to be read before the slot sends its next message.
        """

    def release(
        self,
        slot: str,
        operation: Digest,
        fence: Fence,
        *,
        delay_ms: int = 0,
        setback: Setback,
    ) -> Verdict:
        """Put a running operation back: ready now, or after a delay.

        It is charged with the setback; nothing is refused for having had too many.
        """

    def put_back(
        self, slot: str, *, keeps: Sequence[Fence], while_holding: Fence | None = None
    ) -> tuple[QueueName, ...]:
        """Put all back that a slot holds, uncharged and in its order, but what it keeps.

        Args:
            slot: which.
            keeps: fences of what it goes on with.
            while_holding: only if the slot holds something under this fence.

        Returns:
            The queues on which work is ready and no drain job is queued.
        """

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
        """Let the one output of a dynamic operation be that of another operation.

        ``IDLE`` if the target is idle or undefined; the operation then keeps its lease. If the
        target is finished, so is the operation. No trace is recorded; a volatile target makes
        the operation volatile.
        """

    def park(
        self,
        slot: str,
        operation: Digest,
        fence: Fence,
        *,
        setback: Setback = Setback.NOTHING,
    ) -> Verdict:
        """Let a running operation wait again for its inputs; the attempt is given back.

        It is charged with an input that was lost, or with nothing.

        ``IDLE`` if an input is idle or undefined; the operation then keeps its lease.
        If no input is missing the operation is ready again.
        """

    def renew(self, slot: str, fence: Fence, *, lease_ms: int) -> bool:
        """Prolong the lease of a slot, on all that it holds.

        False if the slot does not hold this fence any more.
        """

    def invalidate(self, operation: Digest, index: int, content: Digest) -> bool:
        """Forget a finished result whose bytes are missing or bad, and its trace.

        Compare and set: only if that output still has this content. The operation is idle then.
        """

    # -- upkeep

    def sweep(
        self, sweeper: str, *, fences: Sequence[Fence], lease_ms: int, limit: int = 100
    ) -> SweepAnswer:
        """Do what is due: expired leases, delays, cascades; at most ``limit`` acts.

        An operation whose lease expired is put back and charged with a loss, unless that is
        the last that the request's ``lost_limit`` allows: then the sweeper gets a lease on it
        (slot ``sweeper:<n>``, one of ``fences``) and publishes the error itself. Of several
        under one lease only one was running, and nobody can say which: they are put back
        uncharged, and claimed by themselves from then on.
        If no sweep came for longer than half a lease, expired leases are prolonged once by
        ``lease_ms`` instead: the server was away, not the workers.
        """

    def fail_waiting(self, operation: Digest, error: Digest) -> bool:
        """End a waiting or delegated operation with a volatile error (an audit found a cycle).

        The error is a small content, stored beforehand with :meth:`define`.
        """

    def recount(self, operations: Sequence[Digest]) -> int:
        """Set right what waiting and delegated operations wait for (an audit found no cycle).

        Returns:
            The number of operations for which something was wrong: 0, unless the store lost
            or kept what it should not have.
        """
