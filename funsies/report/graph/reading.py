"""From the store to a graph to be drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from funsies.client.volatile import is_volatile
from funsies.core.digest import Digest
from funsies.history.closure import Closure, read_closure
from funsies.history.labels import NO_LABELS, Labels
from funsies.history.outcomes import statuses_of
from funsies.report.step import preview
from funsies.store.batches import batches
from funsies.store.connect import Backend
from funsies.store.rows import InputRow, OperationRow

from .model import INPUT, Edge, GraphView, Node, NodeKind

LABEL_CHARACTERS: Final = 24


def read_graph(
    backend: Backend,
    targets: Iterable[Digest],
    *,
    with_inputs: bool = False,
    labels: Labels = NO_LABELS,
) -> GraphView:
    """Gather some operations and everything that they depend on.

    What dynamic operations built belongs to it.

    Args:
        backend: where they are stored.
        targets: addresses of operations; what the store does not know is left out.
        with_inputs: True for boxes for constants, too.
        labels: what steps are called; the others are shown by the names of their tasks.
    """
    closure = read_closure(backend, targets)
    rows = list(closure.rows.values())
    nodes = _steps(backend, rows, labels)
    edges = _edges(closure)
    if with_inputs:
        constants = _constants(backend, rows)
        nodes, edges = [*constants, *nodes], [*_uses(rows), *edges]
    return GraphView(tuple(nodes), tuple(edges))


def _steps(backend: Backend, rows: Sequence[OperationRow], labels: Labels) -> list[Node]:
    nodes: list[Node] = []
    for batch in batches(rows):
        states = backend.graph.states([row.digest for row in batch])
        statuses = statuses_of(backend, [row.digest for row in batch], states)
        nodes += [
            Node(
                row.digest.hex(),
                labels.texts.get(row.digest, row.task_name),
                NodeKind.STEP,
                {status: 1},
                int(is_volatile(state)),
                row.task_name,
            )
            for row, status, state in zip(batch, statuses, states, strict=True)
        ]
    return nodes


def _edges(closure: Closure) -> list[Edge]:
    names: dict[tuple[str, str], list[str]] = {}
    known = closure.rows.keys()
    for row in closure.rows.values():
        for each in row.inputs:
            if each.producer in known:
                pair = (each.producer.hex(), row.digest.hex())
                names.setdefault(pair, []).append(each.name)
    within = {
        (made.hex(), user.hex()): None for user, made in closure.built.items() if made in known
    }
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
