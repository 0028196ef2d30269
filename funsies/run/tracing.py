"""Traces: what a task has given for inputs with the same contents before."""

from __future__ import annotations

from funsies.core.digest import Digest
from funsies.core.trace import trace_key
from funsies.store.connect import Backend
from funsies.store.rows import Claim


def trace_key_of(claim: Claim) -> Digest | None:
    """Trace key of a claim; None if it must leave no trace."""
    if claim.volatile or claim.operation.dynamic:
        return None
    return trace_key(
        claim.operation.task,
        [
            (row.name, result.ok, result.executable, result.content)
            for row, result in zip(claim.operation.inputs, claim.inputs, strict=True)
            if result is not None
        ],
    )


def is_traced(backend: Backend, claim: Claim) -> bool:
    """True if a trace says what the results are, and their bytes are there."""
    if claim.trace is None or claim.trace.key != trace_key_of(claim):
        return False
    if len(claim.trace.results) != len(claim.operation.outputs):
        return False  # it is damaged, or was made by a damaged task
    large = [result.content for result in claim.trace.results if result.large]
    return not large or not backend.data.missing(large)
