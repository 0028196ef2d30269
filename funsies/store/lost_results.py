"""Results whose bytes are gone or damaged are forgotten, so that they are computed again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from funsies.core.digest import Digest
from funsies.core.errors import (
    DataCorruptedError,
    DataMissingError,
    NoServerError,
    ServerError,
)
from funsies.core.traversal import reachable

from .connect import Backend
from .graph_reader import delegations
from .ports import DataStore, GraphReader, GraphStore
from .rows import OperationState


def forget(graph: GraphStore, operation: Digest, content: Digest) -> None:
    """Forget a finished result if it still has these bytes.

    Of a dynamic step also the result of the step that it went on as, from which it has it; of
    an error that was inherited also that of the step where it happened.

    Args:
        graph: where.
        operation: the step.
        content: address of the bytes that are gone or damaged.
    """
    for each in reachable([operation], lambda one: _sources(graph, one, content)):
        _invalidate(graph, each, content)


def _sources(graph: GraphReader, operation: Digest, content: Digest) -> list[Digest]:
    """Steps from which one has its result: it went on as them, or inherited their error."""
    (row,) = graph.operations([operation])
    producers = [] if row is None else row.producers
    inherited = [
        producer
        for producer, state in zip(producers, graph.states(producers), strict=True)
        if any(not result.ok and result.content == content for result in state.results)
    ]
    return [*inherited, *delegations(graph, [operation]).values()]


def set_bad_aside(data: DataStore, problem: DataMissingError | DataCorruptedError) -> None:
    """Remove what is left of damaged large bytes, so that who has them stores them again.

    Args:
        data: where they are.
        problem: what was found when they were read.
    """
    if problem.content is not None:
        with suppress(ServerError, NoServerError):
            data.discard_bad(problem.content)


def forget_lost(
    backend: Backend, operations: Sequence[Digest], states: Sequence[OperationState]
) -> set[Digest]:
    """Look whether large results are there, and forget those that are not.

    Args:
        backend: where.
        operations: what to look at.
        states: theirs.

    Returns:
        The operations whose results are forgotten. None if the large values cannot be reached
        from here: who needs them will see.
    """
    large = {
        operation: [result.content for result in state.results if result.large]
        for operation, state in zip(operations, states, strict=True)
        if state.status.is_finished
    }
    lost = _lost(backend, large)
    for operation, content in lost.items():
        forget(backend.graph, operation, content)
    return set(lost)


def _lost(backend: Backend, large: Mapping[Digest, list[Digest]]) -> dict[Digest, Digest]:
    """One content that is missing, by operation."""
    absent: set[Digest] = set()
    contents = {content for each in large.values() for content in each}
    with suppress(ServerError, NoServerError):
        absent = backend.data.missing(contents) if contents else absent
    return {
        operation: content
        for operation, contents in large.items()
        for content in contents
        if content in absent
    }


def _invalidate(graph: GraphStore, operation: Digest, content: Digest) -> None:
    results = graph.states([operation])[0].results
    for index, result in enumerate(results):
        if result.content == content:
            graph.invalidate(operation, index, content)
            return
