"""From the store to a graph to be drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from funsies.client.volatile import is_volatile
from funsies.core.digest import Digest
from funsies.core.errors import EncodingError, decode_error
from funsies.report.delegation import built_by, delegations
from funsies.report.step import preview
from funsies.store.batches import batches
from funsies.store.connect import Backend
from funsies.store.rows import InputRow, OperationRow, OperationState, Status

from .model import INPUT, SKIPPED, Edge, GraphView, Node, NodeKind

LABEL_CHARACTERS: Final = 24


def all_operations(backend: Backend) -> list[Digest]:
    """Addresses of all operations on the server, sorted."""
    return backend.graph.all_operations()


def read_graph(
    backend: Backend, targets: Iterable[Digest], *, with_inputs: bool = False
) -> GraphView:
    """Gather some operations and everything that they depend on.

    What dynamic operations built belongs to it.

    Args:
        backend: where they are stored.
        targets: addresses of operations; what the store does not know is left out.
        with_inputs: True for boxes for constants, too.
    """
    found, built = _closure(backend, targets)
    rows = _makers_first(found, built)
    nodes = _steps(backend, rows)
    edges = _edges(rows, built)
    if with_inputs:
        constants = _constants(backend, rows)
        nodes, edges = [*constants, *nodes], [*_uses(rows), *edges]
    return GraphView(tuple(nodes), tuple(edges))


def _closure(
    backend: Backend, targets: Iterable[Digest]
) -> tuple[dict[Digest, OperationRow], dict[Digest, Digest]]:
    """Definitions, and what the dynamic ones among them went on as."""
    rows: dict[Digest, OperationRow] = {}
    built: dict[Digest, Digest] = {}
    level = set(targets)
    while level:
        found = [
            row
            for batch in batches(sorted(level))
            for row in backend.graph.operations(batch)
            if row is not None
        ]
        rows |= {row.digest: row for row in found}
        built |= built_by(backend, found)
        above = {each for row in found for each in _above(row, built)}
        level = above - rows.keys()
    return rows, built


def _above(row: OperationRow, built: Mapping[Digest, Digest]) -> Iterator[Digest]:
    """Whose results an operation takes: producers of its inputs, and what it built."""
    yield from (each.producer for each in row.inputs if each.producer is not None)
    if row.digest in built:
        yield built[row.digest]


def _makers_first(
    rows: Mapping[Digest, OperationRow], built: Mapping[Digest, Digest]
) -> list[OperationRow]:
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
            stack += [
                (each, False) for each in _above(rows[digest], built) if each not in order
            ]
    return list(order.values())


def _steps(backend: Backend, rows: Sequence[OperationRow]) -> list[Node]:
    nodes: list[Node] = []
    for batch in batches(rows):
        states = backend.graph.states([row.digest for row in batch])
        statuses = statuses_of(backend, [row.digest for row in batch], states)
        nodes += [
            Node(
                row.digest.hex(),
                row.task_name,
                NodeKind.STEP,
                {status: 1},
                int(is_volatile(state)),
            )
            for row, status, state in zip(batch, statuses, states, strict=True)
        ]
    return nodes


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
    try:
        return None if data is None else decode_error(data).source
    except EncodingError:
        return None


def _edges(rows: Sequence[OperationRow], built: Mapping[Digest, Digest]) -> list[Edge]:
    names: dict[tuple[str, str], list[str]] = {}
    known = {row.digest for row in rows}
    for row in rows:
        for each in row.inputs:
            if each.producer in known:
                pair = (each.producer.hex(), row.digest.hex())
                names.setdefault(pair, []).append(each.name)
    within = {(made.hex(), user.hex()): None for user, made in built.items() if made in known}
    return [
        *(Edge(*pair, tuple(inputs)) for pair, inputs in names.items()),
        *(Edge(*pair, is_built=True) for pair in within if pair not in names),
    ]


def _given(rows: Iterable[OperationRow]) -> Iterator[tuple[OperationRow, InputRow]]:
    return ((row, each) for row in rows for each in row.inputs if each.producer is None)


def _constants(backend: Backend, rows: Sequence[OperationRow]) -> list[Node]:
    inputs = list({each.artefact: each for _, each in _given(rows)}.values())
    return [node for batch in batches(inputs) for node in _input_nodes(backend, batch)]


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
