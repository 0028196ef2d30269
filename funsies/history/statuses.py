"""How far steps are, in words: a step that never ran because of an error is skipped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from funsies.core.digest import Digest
from funsies.core.stored_errors import read_error
from funsies.store.connect import Backend
from funsies.store.rows import OperationState, Status

from .delegation import delegations

SKIPPED: Final = "skipped"
"""The status of a failed step that was not run: an input is an error."""


def statuses_of(
    backend: Backend, operations: Sequence[Digest], states: Sequence[OperationState]
) -> list[str]:
    """Names of states, where a failed step that was never run is ``skipped``."""
    errors = {
        operation: next(result.content for result in state.results if not result.ok)
        for operation, state in zip(operations, states, strict=True)
        if state.status is Status.FAILED
    }
    contents = backend.graph.contents(list(errors.values()))
    foreign = [
        operation
        for operation, data in zip(errors, contents, strict=True)
        if _source(data) not in {None, operation.hex()}
    ]
    skipped = set(foreign) - delegations(backend, foreign).keys()  # its graph failed: it ran
    return [
        SKIPPED if operation in skipped else state.status.value
        for operation, state in zip(operations, states, strict=True)
    ]


def _source(data: bytes | None) -> str | None:
    error = read_error(data)
    return None if error is None else error.source
