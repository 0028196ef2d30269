"""The graph of a workflow as a picture: DOT, Mermaid, SVG, or JSON."""

from .collapse import MAX_NODES, collapsed
from .dot import to_dot
from .mermaid import to_mermaid
from .model import Edge, GraphView, Node, NodeKind
from .reading import read_graph
from .svg import to_svg

__all__ = [
    "MAX_NODES",
    "Edge",
    "GraphView",
    "Node",
    "NodeKind",
    "collapsed",
    "read_graph",
    "to_dot",
    "to_mermaid",
    "to_svg",
]
