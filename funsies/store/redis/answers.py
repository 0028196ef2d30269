"""Answers of the scripts as rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias, TypeVar, cast

from funsies.core.digest import DIGEST_BYTES, Digest
from funsies.store.rows import (
    Claim,
    Expired,
    Failed,
    Fence,
    Generation,
    InputRow,
    Lease,
    OperationRow,
    OperationState,
    QueueName,
    RequestAnswer,
    SetAside,
    StepAnswer,
    StoredResult,
    SweepAnswer,
    TaskCounts,
    TraceCandidate,
    Verdict,
)

from .connection import Answer
from .packing import (
    NOTHING_KEPT,
    PACKED_RESULT_BYTES,
    SEALED_RESULT_BYTES,
    STATUSES,
    Kept,
    cut,
    pairs,
    readable,
    unpack_operation,
    unpack_result,
    unpack_state,
    unpack_task,
)
from .seal import Seal, split

T = TypeVar("T")

Accept: TypeAlias = Callable[[Digest, int, bytes], StoredResult | None]

PASSED_OVER: Final = b"-"
"""Said of a claim of which nothing is left, as in ``lua/shared/base.lua``."""
_FAILURE_BYTES: Final = 8 + DIGEST_BYTES

COUNTERS: Final = {
    **{letter: status.value for letter, status in STATUSES.items()},
    b"s": "skipped",
    b"l": "lost",
    b"x": "executed",
    b"k": "linked",
    b"b": "busy_ms",
    b"v": "volatile",
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


def queue_names(answer: Answer) -> tuple[QueueName, ...]:
    """Read names of queues; what is none is on a queue that nobody serves."""
    names = (readable(queue_name, data) for data in flat(answer))
    return tuple(name for name in names if name is not None)


def verdict(answer: Answer) -> Verdict:
    """Read a verdict."""
    return Verdict(cast("bytes", answer).decode())


def state(row: bytes) -> OperationState:
    """Read the row of an operation's state; idle if there is none, or it is damaged."""
    return kept(row).state


def kept(row: bytes) -> Kept:
    """The same, with its results as they are kept, and the record of its last run."""
    return readable(unpack_state, row) or NOTHING_KEPT


def requested(answer: Answer) -> tuple[RequestAnswer, int, bytes]:
    """Read the answer to a request; how many were dealt with, and what is to be done yet."""
    needs, started, arm, done, large = cast("list[Answer]", answer)
    said = RequestAnswer(each(needs, Digest), integer(started), queue_names(arm))
    return said, integer(done), cast("bytes", large)


def stepped(answer: Answer, seal: Seal, accept: Accept) -> StepAnswer:
    """Read the answer to a step.

    Args:
        answer: what the script returned.
        seal: tells what is ours.
        accept: reads the result of an output of an operation; None if it is not ours.
    """
    said, claimed, arm, share_left = cast("list[list[Answer]]", answer)
    read = [readable(_claim, cast("list[Answer]", fields), seal, accept) for fields in claimed]
    claims = tuple(claim for claim in read if claim is not None)
    return StepAnswer(
        tuple(map(verdict, said)),
        claims,
        tuple(sorted(queue_names(arm))),
        set_aside=len(claims) < len(read) or cast("bytes", share_left) == PASSED_OVER,
        share_left=cast("bytes", share_left) == b"1",
    )


def claimed_operations(answer: Answer) -> list[Digest]:
    """The operations that a step has claimed."""
    return [Digest(fields[0]) for fields in cast("list[list[list[bytes]]]", answer)[1]]


def _claim(fields: list[Answer], seal: Seal, accept: Accept) -> Claim:
    digest, fence, *numbers, queue, priority, options, packed, results, tainted = cast(
        "list[bytes]", fields[:14]
    )
    contents, trace, task = fields[14:]
    generation, attempt, failures, losses, lost_inputs, limit = map(int, numbers)
    operation = unpack_operation(Digest(digest), packed)
    return Claim(
        operation=operation,
        fence=Fence(fence),
        generation=Generation(generation),
        attempt=attempt,
        failures=failures,
        losses=losses,
        lost_inputs=lost_inputs,
        lost_limit=limit,
        queue=queue_name(queue),
        priority=int(priority),
        options=Digest(options),
        inputs=_inputs(operation, results, accept),
        volatile=tainted == b"1",
        contents={Digest(key): data for key, data in pairs(flat(contents)).items()},
        trace=_trace(cast("bytes | None", trace), seal),
        task=None if task is None else readable(unpack_task, cast("bytes", task)),
        is_ours=seal.is_operation(operation.digest, packed),
    )


def _inputs(
    operation: OperationRow, data: bytes, accept: Accept
) -> tuple[StoredResult | None, ...]:
    """The results of inputs; each is led by a byte that says whether there is one."""
    return tuple(
        _input(row, each, accept)
        for row, each in zip(operation.inputs, cut(data, SEALED_RESULT_BYTES + 1), strict=True)
    )


def _input(row: InputRow, data: bytes, accept: Accept) -> StoredResult | None:
    if data[:1] != b"1":
        return None
    if row.producer is None:
        return unpack_result(data[1:])
    return accept(row.producer, row.index, data[1:])


def _trace(data: bytes | None, seal: Seal) -> TraceCandidate | None:
    if data is None or not seal.is_trace(
        key := Digest(data[:DIGEST_BYTES]), data[DIGEST_BYTES:]
    ):
        return None
    packed, _ = split(data[DIGEST_BYTES:])
    return TraceCandidate(key, tuple(map(unpack_result, cut(packed, PACKED_RESULT_BYTES))))


def swept(answer: Answer) -> SweepAnswer:
    """Read the answer to a sweep."""
    requeued, exhausted, promoted, arm, more = cast("list[Answer]", answer)
    return SweepAnswer(
        requeued=each(requeued, Digest),
        exhausted=tuple(map(_expired, rows(exhausted))),
        promoted=integer(promoted),
        arm=tuple(sorted(queue_names(arm))),
        more=more == 1,
    )


def _expired(fields: list[bytes]) -> Expired:
    operation, fence, attempts, worker = fields
    return Expired(Digest(operation), Fence(fence), int(attempts), worker.decode())


ASIDE: Final = {
    b"D": "definition of a step",
    b"I": "entry of a value",
    b"O": "options",
    b"Y": "delegation",
    b"o": "state of a step",
    b"t": "task",
}


def aside(field: bytes) -> SetAside:
    """Read under what name something was set aside."""
    what = ASIDE.get(field[:1])
    if what is not None and len(field) > DIGEST_BYTES:
        return SetAside(what, field[1 : DIGEST_BYTES + 1].hex())
    if what is not None:
        return SetAside(what, field[1:].hex())
    name = field.removeprefix(b"key")
    return SetAside("key of another type", name.decode(errors="backslashreplace"))


def lease(fields: list[bytes]) -> Lease:
    """Read a lease."""
    operation, slot, fence, *times = fields
    expires_ms, started_ms, running_ms = map(int, times)
    held = Digest(operation), slot.decode(), Fence(fence)
    return Lease(*held, expires_ms, started_ms, running_ms)


def failures(entries: list[bytes]) -> list[Failed]:
    """Read the list of failures; what is no entry is left out."""
    whole = (each for each in entries if len(each) == _FAILURE_BYTES)
    return [Failed(int.from_bytes(each[:8], "big"), Digest(each[8:])) for each in whole]


def _counter(field: bytes, number: bytes) -> tuple[str, str, int]:
    return field[1:].decode(), COUNTERS[field[:1]], int(number)


def counts(fields: list[bytes]) -> dict[str, TaskCounts]:
    """Read the counters of all tasks."""
    numbers: dict[str, dict[str, int]] = {}
    for field, number in pairs(fields).items():
        counted = readable(_counter, field, number)
        if counted and counted[2]:
            name, counter, value = counted
            numbers.setdefault(name, {})[counter] = value
    return {name: TaskCounts(**counters) for name, counters in numbers.items()}
