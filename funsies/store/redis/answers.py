"""Answers of the scripts as rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar, cast

from funsies.core.digest import Digest
from funsies.store.rows import (
    Claim,
    Expired,
    Fence,
    Generation,
    Lease,
    OperationState,
    QueueName,
    RequestAnswer,
    Result,
    Status,
    StepAnswer,
    SweepAnswer,
    TaskCounts,
    TraceCandidate,
    Verdict,
)

from .connection import Answer
from .packing import pairs, unpack_inputs, unpack_operation, unpack_results

T = TypeVar("T")

STATUSES: Final = {
    b"w": Status.WAITING,
    b"r": Status.READY,
    b"z": Status.DELAYED,
    b"u": Status.RUNNING,
    b"g": Status.DELEGATED,
    b"d": Status.DONE,
    b"f": Status.FAILED,
}
COUNTERS: Final = {
    **{letter: status.value for letter, status in STATUSES.items()},
    b"s": "skipped",
    b"l": "lost",
    b"x": "executed",
    b"k": "linked",
    b"b": "busy_ms",
}


def integer(answer: Answer) -> int:
    """A number, or a flag."""
    return cast("int", answer)


def flat(answer: Answer) -> list[bytes]:
    """A list of bytes."""
    return cast("list[bytes]", answer)


def rows(answer: Answer) -> list[list[bytes]]:
    """A list of lists of bytes."""
    return cast("list[list[bytes]]", answer)


def each(answer: Answer, read: Callable[[bytes], T]) -> tuple[T, ...]:
    """Read every element of a list."""
    return tuple(read(item) for item in flat(answer))


def queue_name(data: bytes) -> QueueName:
    """Read the name of a queue."""
    return QueueName(data.decode())


def verdict(answer: Answer) -> Verdict:
    """Read a verdict."""
    return Verdict(cast("bytes", answer).decode())


def state(fields: list[bytes]) -> OperationState:
    """Read the hash of an operation's state."""
    found = pairs(fields)
    status = STATUSES.get(found.get(b"s", b""), Status.IDLE)
    return OperationState(
        status=status,
        generation=Generation(int(found.get(b"g", 0))),
        volatile=b"v" in found,
        results=_results(found) if status.is_finished else (),
        attempts=int(found.get(b"a", 0)),
        missing=int(found.get(b"m", 0)) if status is Status.WAITING else 0,
        queue=queue_name(found.get(b"q", b"")),
    )


def _results(found: dict[bytes, bytes]) -> tuple[Result, ...]:
    packed: list[bytes] = []
    while (field := b"r%d" % len(packed)) in found:
        packed.append(found[field])
    return unpack_results(b"".join(packed))


def requested(answer: Answer) -> RequestAnswer:
    """Read the answer to a request."""
    needs, started, arm = cast("list[Answer]", answer)
    return RequestAnswer(each(needs, Digest), integer(started), each(arm, queue_name))


def stepped(answer: Answer, fence: Fence) -> StepAnswer:
    """Read the answer to a step."""
    said, claimed, arm = cast("list[Answer]", answer)
    return StepAnswer(
        verdict(said) if said else None,
        _claim(cast("list[Answer]", claimed), fence) if claimed else None,
        tuple(sorted(each(arm, queue_name))),
    )


def _claim(fields: list[Answer], fence: Fence) -> Claim:
    digest, generation, attempt, limit, queue, priority, options, packed, results, tainted = (
        cast("list[bytes]", fields[:10])
    )
    contents, trace = fields[10:]
    return Claim(
        operation=unpack_operation(Digest(digest), packed),
        fence=fence,
        generation=Generation(int(generation)),
        attempt=int(attempt),
        lost_limit=int(limit),
        queue=queue_name(queue),
        priority=int(priority),
        options=Digest(options),
        inputs=unpack_inputs(results),
        volatile=tainted == b"1",
        contents={Digest(key): data for key, data in pairs(flat(contents)).items()},
        trace=_trace(cast("bytes | None", trace)),
    )


def _trace(packed: bytes | None) -> TraceCandidate | None:
    if packed is None:
        return None
    return TraceCandidate(Digest(packed[:32]), unpack_results(packed[32:]))


def swept(answer: Answer) -> SweepAnswer:
    """Read the answer to a sweep."""
    requeued, exhausted, promoted, arm, more = cast("list[Answer]", answer)
    return SweepAnswer(
        requeued=each(requeued, Digest),
        exhausted=tuple(map(_expired, rows(exhausted))),
        promoted=integer(promoted),
        arm=tuple(sorted(each(arm, queue_name))),
        more=more == 1,
    )


def _expired(fields: list[bytes]) -> Expired:
    operation, fence, attempts, worker = fields
    return Expired(Digest(operation), Fence(fence), int(attempts), worker.decode())


def lease(fields: list[bytes]) -> Lease:
    """Read a lease."""
    operation, slot, fence, expires, started = fields
    return Lease(Digest(operation), slot.decode(), Fence(fence), int(expires), int(started))


def counts(fields: list[bytes]) -> dict[str, TaskCounts]:
    """Read the counters of all tasks."""
    numbers: dict[str, dict[str, int]] = {}
    for field, number in pairs(fields).items():
        if int(number):
            name = field[1:].decode()
            numbers.setdefault(name, {})[COUNTERS[field[:1]]] = int(number)
    return {name: TaskCounts(**counters) for name, counters in numbers.items()}
