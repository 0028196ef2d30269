"""A graph too large to be looked at, by task name: one box for all steps of a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Final

from .model import Edge, GraphView, Node, NodeKind

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
