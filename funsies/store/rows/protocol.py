"""Questions and answers of the protocol between workers, clients and the store."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import msgspec

from funsies.core.digest import Digest
from funsies.store.rows.definitions import OperationRow, TaskRow
from funsies.store.rows.state import Fence, Generation, QueueName, StoredResult

MOST_INPUTS: Final = 500
"""Inputs that a server looks at in one call, as in ``lua/shared/base.lua``.

An operation with more is defined and asked for, claimed and parked in several calls.
"""


class Wanted(msgspec.Struct, frozen=True, gc=False):
    """One operation of a request, and how to run it.

    Attributes:
        operation: its address.
        queue: on which it is to run.
        priority: higher goes first.
        options: digest of its encoded options.
        lost_limit: number of losses of a worker that is its end.
    """

    operation: Digest
    queue: QueueName
    priority: int
    options: Digest
    lost_limit: int = 3


class RequestAnswer(msgspec.Struct, frozen=True):
    """What a request did.

    Attributes:
        needs: operations that must be requested (idle, or an older volatile result) or defined
            first. What depends on them was not requested; ask again with them in front.
        started: number of operations that were idle and are pending now.
        arm: queues on which work is ready and no drain job is queued.
    """

    needs: tuple[Digest, ...]
    started: int
    arm: tuple[QueueName, ...]


class Completion(msgspec.Struct, frozen=True):
    """The outcome of an operation, to be published if the fence still holds.

    Attributes:
        operation: what was run.
        fence: from the claim.
        results: by output.
        contents: small bytes to publish with it: (content digest, bytes).
        volatile: True for an infrastructure failure.
        record: record of the execution, JSON.
        log: tail of what the step printed; empty if nothing.
        trace_key: SHA-256 trace key to remember it by; None for no trace.
        linked: True if the results come from a trace and nothing was run.
        busy_ms: milliseconds that the step took.
    """

    operation: Digest
    fence: Fence
    results: tuple[StoredResult, ...]
    contents: tuple[tuple[Digest, bytes], ...] = ()
    volatile: bool = False
    record: bytes = b""
    log: bytes = b""
    trace_key: Digest | None = None
    linked: bool = False
    busy_ms: int = 0


class RunReport(msgspec.Struct, frozen=True):
    """How a dynamic operation ran that delegates: what a completion tells of other ones.

    Attributes:
        record: record of the execution, JSON.
        log: tail of what the step printed; empty if nothing.
        busy_ms: milliseconds that the step took.
    """

    record: bytes = b""
    log: bytes = b""
    busy_ms: int = 0


NOTHING_TO_REPORT: Final = RunReport()


class Setback(StrEnum):
    """What an operation that is put back is charged with; each has a limit of its own."""

    NOTHING = ""
    """Its worker had to leave, or it did not begin: the attempt is given back."""
    FAILURE = "y"
    """A failure of the step itself, of which ``retries`` allows some."""
    LOSS = "l"
    """The loss of what ran it, or a worker that could not: ``lost_retries`` allows some."""

    INPUT = "i"
    """The bytes of an input are lost, and made again: some times. The attempt is given back."""


class Verdict(StrEnum):
    """How a worker's message was taken."""

    OK = "ok"
    FENCED = "fenced"
    """The worker does not hold the operation any more; its message was ignored."""
    IDLE = "idle"
    """Refused: an input or the target is idle; the operation keeps its lease."""
    BYTES = "bytes"
    """Refused: small bytes that a result names are neither sent along nor stored."""


class TraceCandidate(msgspec.Struct, frozen=True):
    """A recorded trace. The worker checks ``key`` before it uses the results."""

    key: Digest
    results: tuple[StoredResult, ...]


class Claim(msgspec.Struct, frozen=True):
    """An operation to run now, under a lease.

    Attributes:
        operation: its definition.
        fence: the right to publish.
        generation: of the request that it runs for.
        attempt: 1 for the first.
        failures: how many of those before failed by the step itself.
        losses: how many ended with their worker.
        lost_inputs: how often an input was lost, and made again.
        lost_limit: number of losses that is its end.
        queue: from which it was taken.
        priority: of the request.
        options: address of its options.
        inputs: results of the inputs, in the order of the definition; None where the input
            is idle by now (the worker asks for it again and parks the operation).
        volatile: True if an input is volatile: the result will be, and leaves no trace.
        contents: small bytes of inputs by content digest, as many as fit; none if there are
            very many inputs.
        trace: a recorded trace for these inputs, if there is one.
        task: what it does, if that is a shell command, and not very long; None if it is to be
            read.
        is_ours: False if its definition is not signed with a key of this worker, or is signed,
            and the worker has no key.
    """

    operation: OperationRow
    fence: Fence
    generation: Generation
    attempt: int
    failures: int
    losses: int
    lost_inputs: int
    lost_limit: int
    queue: QueueName
    priority: int
    options: Digest
    inputs: tuple[StoredResult | None, ...]
    volatile: bool
    contents: dict[Digest, bytes] = msgspec.field(default_factory=dict)
    trace: TraceCandidate | None = None
    task: TaskRow | None = None
    is_ours: bool = True

    @property
    def may_be_lost(self) -> bool:
        """True if one more loss is not the last that is allowed."""
        return self.losses + 1 < self.lost_limit


class StepMessage(msgspec.Struct, frozen=True):
    """A message of a slot: what it publishes, and what it takes next.

    Attributes:
        slot: name of the claiming process, and of no other at the same time: of two, the
            one whose numbers are lower would not be heard.
        sequence: number of the message, growing by one.
        queue: from which to claim.
        lease_ms: how long the lease holds without renewal, milliseconds.
        fence: for the first claim; those of the others are made from it (``fence_of``).
        completions: what to publish.
        claims: how many to take at most; 0 only publishes.
        keeps: fences of what the slot has claimed before and goes on with.
    """

    slot: str
    sequence: int
    queue: QueueName
    lease_ms: int
    fence: Fence
    completions: Sequence[Completion] = ()
    claims: int = 1
    keeps: Sequence[Fence] = ()


class StepAnswer(msgspec.Struct, frozen=True):
    """Answer to a step.

    Attributes:
        verdicts: how each completion was taken.
        claims: the next operations, to be run in this order; none if there are none or none
            were asked for.
        arm: queues on which more work is ready and no drain job is queued: the one asked
            about, and others whose operations this message set free.
        set_aside: True if there was an operation to claim that nobody can read: it was set
            aside, and there may be others. Or one with very many inputs, one of which is
            asked for again, or has failed by now: so that waits, or has ended.
        share_left: True if something was claimed, and a share of what is left is for who asked.
            Only for who asked for several claims, or goes on with something.
    """

    verdicts: tuple[Verdict, ...]
    claims: tuple[Claim, ...]
    arm: tuple[QueueName, ...]
    set_aside: bool = False
    share_left: bool = False

    @property
    def verdict(self) -> Verdict | None:
        """How the first completion was taken; None if none was sent."""
        return self.verdicts[0] if self.verdicts else None

    @property
    def claim(self) -> Claim | None:
        """The first of the next operations; None if there is none."""
        return self.claims[0] if self.claims else None


class Expired(msgspec.Struct, frozen=True):
    """An operation whose worker was lost too often; the sweeper now holds its lease.

    Attributes:
        operation: what was run.
        fence: the sweeper's, with which it publishes ``Error(WorkerLost)``.
        attempts: how often it was started.
        worker: name of the slot that was lost.
    """

    operation: Digest
    fence: Fence
    attempts: int
    worker: str


class SweepAnswer(msgspec.Struct, frozen=True):
    """What a sweep did.

    Attributes:
        requeued: operations of expired leases put back into their queues.
        exhausted: operations that were lost too often, to be failed by the caller.
        promoted: number of delayed operations that are due now, and of those that somebody
            began to have wait for very many inputs, and left.
        arm: queues on which work is ready and no drain job is queued.
        more: True if the limit was reached and there is more to do now.
    """

    requeued: tuple[Digest, ...]
    exhausted: tuple[Expired, ...]
    promoted: int
    arm: tuple[QueueName, ...]
    more: bool
