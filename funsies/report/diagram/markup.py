"""A graph in the languages of Graphviz and of Mermaid."""

from __future__ import annotations

from collections.abc import Iterator

from .layout import layers_of
from .model import COLOURS, Edge, GraphView, Node, NodeKind, is_wide, subtitle, title


def to_dot(view: GraphView) -> Iterator[str]:
    """Write a graph in DOT, line by line: ``funsies graph | dot -Tpdf > graph.pdf``."""
    layers = layers_of(view)
    direction = "LR" if is_wide(len(layers), max(map(len, layers), default=0)) else "TB"
    numbers = {node.key: f"n{number}" for number, node in enumerate(view.nodes)}
    yield "digraph funsies {\n"
    yield f"    rankdir={direction};\n"
    yield '    node [fontname="Helvetica", fontsize=11, style="filled,rounded", shape=box];\n'
    yield '    edge [fontname="Helvetica", fontsize=9, color="#888890"];\n'
    for node in view.nodes:
        yield f"    {numbers[node.key]} [{_attributes(node)}];\n"
    for edge in view.edges:
        yield f"    {numbers[edge.source]} -> {numbers[edge.target]}{_line(edge)};\n"
    yield "}\n"


def _attributes(node: Node) -> str:
    colour = COLOURS[node.status]
    plain = ', style="filled"' if node.kind is NodeKind.INPUT else ""
    return (
        f'label="{_escaped(title(node))}\\n{_escaped(subtitle(node))}", '
        f'tooltip="{_escaped(node.key)}", fillcolor="{colour.fill}", color="{colour.line}"'
        f', fontcolor="{colour.line}"{plain}'
    )


def _line(edge: Edge) -> str:
    if edge.is_built:
        return ' [style="dashed", label="built"]'
    told = [name for name in edge.names if not name.isdigit()]
    return f' [label="{_escaped(", ".join(told[:3]))}"]' if told else ""


def _escaped(text: str) -> str:
    printable = "".join(each if each.isprintable() else "?" for each in text)
    return printable.replace("\\", "\\\\").replace('"', '\\"')


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
    text = f"{_escaped_text(title(node))}<br/>{_escaped_text(subtitle(node))}"
    return f'["{text}"]' if node.kind is NodeKind.INPUT else f'("{text}")'


def _escaped_text(text: str) -> str:
    """Anything but letters, digits and plain punctuation as entities, as Mermaid has them."""
    return "".join(
        each if each.isalnum() or each in " .,_-+=/" else f"#{ord(each)};" for each in text
    )
