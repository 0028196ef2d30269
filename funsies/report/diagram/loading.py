"""From the store to a graph to be drawn; one too large to be looked at, by task name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
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


MAX_NODES: Final = 300
"""Graphs with more boxes are collapsed unless one insists."""


def collapsed(view: GraphView, opened: Collection[str] = ()) -> GraphView:
    """Put all steps with one task name into one box, and the constants they use into another.

    Args:
        view: the graph with a box for each step.
        opened: names of tasks whose steps keep their boxes.

    >>> steps = [
    ...     Node("f3", "mean(n=1)", NodeKind.STEP, {"done": 1}, task="mean"),
    ...     Node("a7", "mean(n=2)", NodeKind.STEP, {"done": 1}, task="mean"),
    ... ]
    >>> collapsed(GraphView(tuple(steps))).nodes[0].statuses
    {'done': 2}
    """
    kept = {node.key: node for node in view.nodes if node.task in opened}
    keys = {
        node.key: node.key if node.key in kept else _group_of(node)
        for node in view.nodes
        if node.kind is not NodeKind.INPUT
    }
    for edge in view.edges:
        if edge.source not in keys:  # a constant goes with its first user
            keys[edge.source] = f"inputs of {keys[edge.target]}"
    nodes = [kept.get(group.key, group) for group in _groups(view, keys)]
    return GraphView(tuple(nodes), tuple(_arrows(view, keys)))


def _group_of(node: Node) -> str:
    return f"steps {node.task}"


def _groups(view: GraphView, keys: dict[str, str]) -> list[Node]:
    statuses: dict[str, Counter[str]] = {}
    labels: dict[str, str] = {}
    volatile: Counter[str] = Counter()
    for node in view.nodes:
        key = keys.get(node.key, "inputs")
        is_input = node.kind is NodeKind.INPUT
        statuses.setdefault(key, Counter()).update(node.statuses)
        volatile[key] += node.volatile
        labels.setdefault(key, "inputs" if is_input else node.task)
    return [
        Node(key, labels[key], NodeKind.GROUP, dict(counts), volatile[key], labels[key])
        for key, counts in statuses.items()
    ]


def _arrows(view: GraphView, keys: dict[str, str]) -> list[Edge]:
    numbers: Counter[tuple[str, str]] = Counter()
    given: set[tuple[str, str]] = set()
    for edge in view.edges:
        pair = keys[edge.source], keys[edge.target]
        numbers[pair] += edge.number
        if not edge.is_built:
            given.add(pair)
    return [
        Edge(*pair, number=number, is_built=pair not in given)
        for pair, number in numbers.items()
    ]
