"""The graph of a workflow as a picture: DOT, Mermaid, SVG, or JSON."""

from .loading import MAX_NODES, collapsed, read_graph
from .markup import to_dot, to_mermaid
from .model import Edge, GraphView, Node, NodeKind
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
