"""What the store keeps and what it answers: plain records, no behaviour to speak of."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NewType

from funsies.core.digest import Digest
from funsies.core.graph import TaskKind

Fence = NewType("Fence", bytes)
"""16 random bytes, made by the worker for each claim: the right to publish a result."""

Generation = NewType("Generation", int)
"""Number of a request, growing with time: max(server time in ms, last generation + 1)."""

QueueName = NewType("QueueName", str)
"""Queue and minor version of Python, e.g. ``"default@3.11"``: workers serve one version."""


# -- definitions


@dataclass(frozen=True, slots=True)
class OutputRow:
    """One output of a task: its name, its wire form, and its type as shown to people."""

    name: str
    wire: str
    type_name: str


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as stored.

    Attributes:
        digest: its address.
        python: minor version that can load the payload; "" for any.
        kind: how it is run.
        name: by which it is counted.
        strict: whether errors pass it by.
        outputs: what it makes, in order.
        payload: what a worker needs to run it.
        ingredients: what went into the digest, JSON.
        signature: HMAC-SHA256 over the rest; empty if not signed.
    """

    digest: Digest
    python: str
    kind: TaskKind
    name: str
    strict: bool
    outputs: tuple[OutputRow, ...]
    payload: bytes
    ingredients: bytes
    signature: bytes = b""


@dataclass(frozen=True, slots=True)
class InputRow:
    """One input of an operation.

    Attributes:
        name: the input's name, unique within the operation.
        artefact: address of the artefact.
        producer: operation that makes it; None for a constant.
        index: position among the producer's outputs; 0 for a constant.
        content: address of the bytes of a constant; None otherwise.
        wire: how the value is made into bytes.
        large: True for a constant whose bytes are in the data store, not beside the graph.
    """

    name: str
    artefact: Digest
    producer: Digest | None
    index: int
    content: Digest | None
    wire: str
    large: bool = False


@dataclass(frozen=True, slots=True)
class OperationRow:
    """An operation as stored.

    Attributes:
        digest: its address.
        task: address of what it does.
        task_name: by which it is counted.
        strict: whether errors pass it by.
        dynamic: whether its result is that of another operation, found at run time.
        inputs: sorted by name.
        outputs: addresses of the artefacts that it makes.
        options: digest of the options with which it was built first; a request by its hash
            alone is run with them. None for the defaults.
    """

    digest: Digest
    task: Digest
    task_name: str
    strict: bool
    dynamic: bool
    inputs: tuple[InputRow, ...]
    outputs: tuple[Digest, ...]
    options: Digest | None = None


@dataclass(frozen=True, slots=True)
class ConstantRow:
    """A constant artefact: its address, and where and how its bytes are kept."""

    artefact: Digest
    content: Digest
    wire: str
    large: bool
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Definitions:
    """A batch of graph nodes to write. ``contents`` are the small bytes they refer to."""

    tasks: tuple[TaskRow, ...] = ()
    operations: tuple[OperationRow, ...] = ()
    constants: tuple[ConstantRow, ...] = ()
    contents: tuple[tuple[Digest, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class ArtefactRow:
    """Where an artefact comes from: an output of an operation, or a constant."""

    digest: Digest
    producer: Digest | None
    index: int
    constant: ConstantRow | None


# -- state


class Status(StrEnum):
    """State of an operation."""

    IDLE = "idle"
    WAITING = "waiting"
    READY = "ready"
    DELAYED = "delayed"
    RUNNING = "running"
    DELEGATED = "delegated"
    DONE = "done"
    FAILED = "failed"
    """Finished, with at least one output that is an error."""

    @property
    def is_finished(self) -> bool:
        """True for done and failed."""
        return self in (Status.DONE, Status.FAILED)

    @property
    def is_pending(self) -> bool:
        """True if somebody asked for it and it is not finished."""
        return self is not Status.IDLE and not self.is_finished


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one output.

    Attributes:
        ok: True for a value, False for an encoded error.
        content: address of the bytes of the value or of the error.
        large: True if the bytes are in the data store, not beside the graph.
        size_bytes: their number.
    """

    ok: bool
    content: Digest
    large: bool
    size_bytes: int


@dataclass(frozen=True, slots=True)
class OperationState:
    """What the store knows of the progress of an operation.

    Attributes:
        status: where it stands.
        generation: of the newest request for it; 0 if never requested.
        volatile: True if the result comes from an infrastructure failure, or depends on one.
        results: by output; empty unless finished.
        attempts: how often it was started since it was last requested afresh.
        missing: number of distinct producers that it waits for.
        queue: on which it is to run; "" if never requested.
    """

    status: Status
    generation: Generation = Generation(0)
    volatile: bool = False
    results: tuple[Result, ...] = ()
    attempts: int = 0
    missing: int = 0
    queue: QueueName = QueueName("")


# -- questions and answers of the protocol


@dataclass(frozen=True, slots=True)
class Wanted:
    """One operation of a request, and how to run it.

    Attributes:
        operation: its address.
        queue: on which it is to run.
        priority: higher goes first.
        options: digest of its encoded options.
        lost_limit: number of starts after which the loss of a worker is its end.
    """

    operation: Digest
    queue: QueueName
    priority: int
    options: Digest
    lost_limit: int = 3


@dataclass(frozen=True, slots=True)
class RequestAnswer:
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


@dataclass(frozen=True, slots=True)
class Completion:
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
    results: tuple[Result, ...]
    contents: tuple[tuple[Digest, bytes], ...] = ()
    volatile: bool = False
    record: bytes = b""
    log: bytes = b""
    trace_key: Digest | None = None
    linked: bool = False
    busy_ms: int = 0


@dataclass(frozen=True, slots=True)
class RunReport:
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


class Verdict(StrEnum):
    """How a worker's message was taken."""

    OK = "ok"
    FENCED = "fenced"
    """The worker does not hold the operation any more; its message was ignored."""
    IDLE = "idle"
    """Refused: an input or the target is idle; the operation keeps its lease."""
    BYTES = "bytes"
    """Refused: small bytes that a result names are neither sent along nor stored."""


@dataclass(frozen=True, slots=True)
class TraceCandidate:
    """A recorded trace. The worker checks ``key`` before it uses the results."""

    key: Digest
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """An operation to run now, under a lease.

    Attributes:
        operation: its definition.
        fence: the right to publish.
        generation: of the request that it runs for.
        attempt: 1 for the first.
        lost_limit: number of starts after which the loss of a worker is its end.
        queue: from which it was taken.
        priority: of the request.
        options: address of its options.
        inputs: results of the inputs, in the order of the definition; None where the input
            is idle by now (the worker asks for it again and parks the operation).
        volatile: True if an input is volatile: the result will be, and leaves no trace.
        contents: small bytes of inputs by content digest, as many as fit.
        trace: a recorded trace for these inputs, if there is one.
    """

    operation: OperationRow
    fence: Fence
    generation: Generation
    attempt: int
    lost_limit: int
    queue: QueueName
    priority: int
    options: Digest
    inputs: tuple[Result | None, ...]
    volatile: bool
    contents: dict[Digest, bytes] = field(default_factory=dict)
    trace: TraceCandidate | None = None


@dataclass(frozen=True, slots=True)
class StepAnswer:
    """Answer to a step.

    Attributes:
        verdict: how the completion was taken; None if none was sent.
        claim: the next operation; None if there is none or none was asked for.
        arm: queues on which more work is ready and no drain job is queued: the one asked
            about, and others whose operations this message set free.
    """

    verdict: Verdict | None
    claim: Claim | None
    arm: tuple[QueueName, ...]


@dataclass(frozen=True, slots=True)
class Expired:
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


@dataclass(frozen=True, slots=True)
class SweepAnswer:
    """What a sweep did.

    Attributes:
        requeued: operations of expired leases put back into their queues.
        exhausted: operations that were lost too often, to be failed by the caller.
        promoted: number of delayed operations that are due now.
        arm: queues on which work is ready and no drain job is queued.
        more: True if the limit was reached and there is more to do now.
    """

    requeued: tuple[Digest, ...]
    exhausted: tuple[Expired, ...]
    promoted: int
    arm: tuple[QueueName, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class TaskCounts:
    """Counters of all operations with one task name.

    The first eight say how many operations are in each state now; the rest grow for ever.

    Attributes:
        executed: runs that published a result.
        linked: results taken from a trace.
        skipped: operations ended by an error among their inputs.
        lost: runs that were lost with their worker.
        busy_ms: milliseconds spent in runs.
    """

    waiting: int = 0
    ready: int = 0
    delayed: int = 0
    running: int = 0
    delegated: int = 0
    done: int = 0
    failed: int = 0
    executed: int = 0
    linked: int = 0
    skipped: int = 0
    lost: int = 0
    busy_ms: int = 0

    @property
    def pending(self) -> int:
        """Operations that somebody asked for and that are not finished."""
        return self.waiting + self.ready + self.delayed + self.running + self.delegated


@dataclass(frozen=True, slots=True)
class Found:
    """An address found by a prefix: an artefact or an operation."""

    digest: Digest
    is_operation: bool


@dataclass(frozen=True, slots=True)
class Lease:
    """A running operation: who runs it, and until when the lease holds (server time, ms)."""

    operation: Digest
    slot: str
    fence: Fence
    expires_ms: int
    started_ms: int
