"""A graph in the language of Mermaid, which README files and wikis show."""

from __future__ import annotations

from collections.abc import Iterator

from .layers import layers_of
from .model import Edge, GraphView, Node, NodeKind
from .style import COLOURS, is_wide, subtitle, title


def to_mermaid(view: GraphView) -> Iterator[str]:
    """Write a graph as a Mermaid flowchart, line by line."""
    layers = layers_of(view)
    direction = "LR" if is_wide(len(layers), max(map(len, layers), default=0)) else "TD"
    numbers = {node.key: f"n{number}" for number, node in enumerate(view.nodes)}
    yield f"flowchart {direction}\n"
    for node in view.nodes:
        yield f"    {numbers[node.key]}{_box(node)}:::{node.status}\n"
    for edge in view.edges:
        yield f"    {numbers[edge.source]} {_arrow(edge)} {numbers[edge.target]}\n"
    for name in sorted({node.status for node in view.nodes}):
        fill, line = COLOURS[name].fill, COLOURS[name].line
        yield f"    classDef {name} fill:{fill},stroke:{line},color:{line}\n"


def _arrow(edge: Edge) -> str:
    return "-.->" if edge.is_built else "-->"


def _box(node: Node) -> str:
    text = f"{_escaped(title(node))}<br/>{_escaped(subtitle(node))}"
    return f'["{text}"]' if node.kind is NodeKind.INPUT else f'("{text}")'


def _escaped(text: str) -> str:
    """Anything but letters, digits and plain punctuation as entities, as Mermaid has them."""
    return "".join(
        each if each.isalnum() or each in " .,_-+=/" else f"#{ord(each)};" for each in text
    )
