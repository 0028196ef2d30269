"""Publishing an error in the place of every output of an operation."""

from __future__ import annotations

from collections.abc import Sequence

from funsies.core.digest import Digest, content_digest
from funsies.core.errors import Error, ErrorKind, encode_error
from funsies.store.ports import GraphStore
from funsies.store.rows import (
    Claim,
    Completion,
    Fence,
    OperationRow,
    QueueName,
    StepAnswer,
    StepMessage,
    StoredResult,
    Verdict,
)

from .slots import new_fence, new_slot


def failure(operation: OperationRow, fence: Fence, error: Error) -> Completion:
    """Make the outcome of an operation that failed for a reason outside of itself.

    It is volatile: reported, and tried again by the next ``execute``.
    """
    content, data = error_content(error)
    result = StoredResult(ok=False, content=content, large=False, size_bytes=len(data))
    return Completion(
        operation=operation.digest,
        fence=fence,
        results=(result,) * len(operation.outputs),
        contents=((content, data),),
        volatile=True,
    )


def cannot_evaluate(claim: Claim, details: str) -> Completion:
    """Say that a fault of the engine kept an operation from being run."""
    details = f"the worker could not run this step:\n{details}"
    return _failure_of(claim, ErrorKind.WorkerLost, details)


def bytes_missing(claim: Claim) -> Completion:
    """Say that an operation ended, but the store lacks bytes of what it made."""
    details = "the step ended, but bytes of its outputs are not stored; execute it again"
    return _failure_of(claim, ErrorKind.DataMissing, details)


def _failure_of(claim: Claim, kind: ErrorKind, details: str) -> Completion:
    error = Error(
        kind=kind,
        source=claim.operation.digest.hex(),
        task=claim.operation.task_name,
        details=details,
        attempts=claim.attempt,
    )
    return failure(claim.operation, claim.fence, error)


def error_content(error: Error) -> tuple[Digest, bytes]:
    """Encode an error, with the address of its bytes."""
    data = encode_error(error)
    return content_digest(data), data


def publish_failure(graph: GraphStore, completion: Completion) -> Verdict | None:
    """Publish an outcome on behalf of a process that is gone, if its fence still holds."""
    return publish_for(graph, [completion]).verdict


def publish_for(
    graph: GraphStore, done: Sequence[Completion], *, slot: str = "", sequence: int = 1
) -> StepAnswer:
    """Publish on behalf of another process what it has not published itself.

    Args:
        graph: the store.
        done: what to publish.
        slot: of a process that is gone; a fresh one if empty.
        sequence: number of the message. None of the slot's messages with a lower number is
            heard that is still on its way.
    """
    return graph.step(
        StepMessage(
            slot or new_slot(),
            sequence,
            QueueName(""),
            lease_ms=0,
            fence=new_fence(),
            completions=done,
            claims=0,
        )
    )
