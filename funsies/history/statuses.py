"""How far steps are, in words: a step that never ran because of an error is skipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from funsies.core.digest import Digest
from funsies.core.stored_errors import read_error
from funsies.store.connect import Backend
from funsies.store.graph_reader import delegations
from funsies.store.rows import OperationState, Status

SKIPPED: Final = "skipped"
"""The status of a failed step that was not run: an input is an error."""


def statuses_of(
    backend: Backend, operations: Sequence[Digest], states: Sequence[OperationState]
) -> list[str]:
    """Names of states, where a failed step that was never run is ``skipped``."""
    skipped = skipped_for(backend, operations, states)
    return [
        SKIPPED if operation in skipped else state.status.value
        for operation, state in zip(operations, states, strict=True)
    ]


def skipped_for(
    backend: Backend, operations: Sequence[Digest], states: Sequence[OperationState]
) -> Mapping[Digest, str]:
    """The failed steps that were never run, each with the hash of the step that failed."""
    errors = {
        operation: next(result.content for result in state.results if not result.ok)
        for operation, state in zip(operations, states, strict=True)
        if state.status is Status.FAILED
    }
    contents = backend.graph.contents(list(errors.values()))
    sources = {
        operation: source
        for operation, data in zip(errors, contents, strict=True)
        if (source := _source(data)) not in {None, operation.hex()}
    }
    went_on = delegations(backend.graph, list(sources))  # the graph of these failed: they ran
    return {
        operation: source
        for operation, source in sources.items()
        if source is not None and operation not in went_on
    }


def _source(data: bytes | None) -> str | None:
    error = read_error(data)
    return None if error is None else error.source
