"""From the store to a graph to be drawn."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeVar

from funsies.core.digest import Digest
from funsies.core.errors import EncodingError, decode_error
from funsies.report.step import preview
from funsies.store.connect import Backend
from funsies.store.rows import InputRow, OperationRow, OperationState, Status

from .model import INPUT, SKIPPED, Edge, GraphView, Node, NodeKind

BATCH: Final = 1000
LABEL_CHARACTERS: Final = 24

T = TypeVar("T")


def all_operations(backend: Backend) -> list[Digest]:
    """Addresses of all operations on the server, sorted."""
    return [each.digest for each in backend.graph.find("", sys.maxsize) if each.is_operation]


def read_graph(
    backend: Backend, targets: Iterable[Digest], *, with_inputs: bool = False
) -> GraphView:
    """Gather some operations and everything that they depend on.

    Args:
        backend: where they are stored.
        targets: addresses of operations; what the store does not know is left out.
        with_inputs: True for boxes for constants, too.
    """
    rows = _makers_first(_closure(backend, targets))
    nodes = _steps(backend, rows)
    edges = _edges(rows)
    if with_inputs:
        constants = _constants(backend, rows)
        nodes, edges = [*constants, *nodes], [*_uses(rows), *edges]
    return GraphView(tuple(nodes), tuple(edges))


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


def _closure(backend: Backend, targets: Iterable[Digest]) -> dict[Digest, OperationRow]:
    rows: dict[Digest, OperationRow] = {}
    level = set(targets)
    while level:
        found = [
            row
            for batch in _batches(sorted(level))
            for row in backend.graph.operations(batch)
            if row is not None
        ]
        rows |= {row.digest: row for row in found}
        level = {producer for row in found for producer in _producers(row)} - rows.keys()
    return rows


def _producers(row: OperationRow) -> Iterator[Digest]:
    return (each.producer for each in row.inputs if each.producer is not None)


def _makers_first(rows: dict[Digest, OperationRow]) -> list[OperationRow]:
    order: dict[Digest, OperationRow] = {}
    for start in sorted(rows):
        stack = [(start, False)]
        while stack:
            digest, is_expanded = stack.pop()
            if digest in order or digest not in rows:
                continue
            if is_expanded:
                order[digest] = rows[digest]
                continue
            stack.append((digest, True))
            stack += [(each, False) for each in _producers(rows[digest]) if each not in order]
    return list(order.values())


def _steps(backend: Backend, rows: Sequence[OperationRow]) -> list[Node]:
    nodes: list[Node] = []
    for batch in _batches(rows):
        states = backend.graph.states([row.digest for row in batch])
        statuses = statuses_of(backend, [row.digest for row in batch], states)
        nodes += [
            Node(row.digest.hex(), row.task_name, NodeKind.STEP, {status: 1})
            for row, status in zip(batch, statuses, strict=True)
        ]
    return nodes


def statuses_of(
    backend: Backend, operations: Sequence[Digest], states: Sequence[OperationState]
) -> list[str]:
    """Names of states, where a failed step that was never run is ``skipped``."""
    errors = [
        next(result.content for result in state.results if not result.ok)
        for state in states
        if state.status is Status.FAILED
    ]
    contents = dict(zip(errors, backend.graph.contents(errors), strict=True))
    return [
        _status(operation, state, contents)
        for operation, state in zip(operations, states, strict=True)
    ]


def _status(
    operation: Digest, state: OperationState, contents: dict[Digest, bytes | None]
) -> str:
    if state.status is not Status.FAILED:
        return state.status.value
    data = contents[next(result.content for result in state.results if not result.ok)]
    try:
        source = None if data is None else decode_error(data).source
    except EncodingError:
        source = None
    return state.status.value if source in {None, operation.hex()} else SKIPPED


def _edges(rows: Sequence[OperationRow]) -> list[Edge]:
    names: dict[tuple[str, str], list[str]] = {}
    known = {row.digest for row in rows}
    for row in rows:
        for each in row.inputs:
            if each.producer in known:
                pair = (each.producer.hex(), row.digest.hex())
                names.setdefault(pair, []).append(each.name)
    return [Edge(*pair, tuple(inputs)) for pair, inputs in names.items()]


def _given(rows: Iterable[OperationRow]) -> Iterator[tuple[OperationRow, InputRow]]:
    return ((row, each) for row in rows for each in row.inputs if each.producer is None)


def _constants(backend: Backend, rows: Sequence[OperationRow]) -> list[Node]:
    inputs = list({each.artefact: each for _, each in _given(rows)}.values())
    return [node for batch in _batches(inputs) for node in _input_nodes(backend, batch)]


def _input_nodes(backend: Backend, inputs: Sequence[InputRow]) -> Iterator[Node]:
    small = [each.content for each in inputs if each.content is not None and not each.large]
    contents = dict(zip(small, backend.graph.contents(small), strict=True))
    for each in inputs:
        data = None if each.content is None else contents.get(each.content)
        label = each.name if data is None else _shortened(preview(data, each.wire))
        yield Node(each.artefact.hex(), label, NodeKind.INPUT, {INPUT: 1})


def _shortened(text: str) -> str:
    return text if len(text) <= LABEL_CHARACTERS else f"{text[: LABEL_CHARACTERS - 3]}..."


def _uses(rows: Sequence[OperationRow]) -> list[Edge]:
    names: dict[tuple[str, str], list[str]] = {}
    for row, each in _given(rows):
        names.setdefault((each.artefact.hex(), row.digest.hex()), []).append(each.name)
    return [Edge(*pair, tuple(inputs)) for pair, inputs in names.items()]
