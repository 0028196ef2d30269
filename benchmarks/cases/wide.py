"""Many no-op Python tasks beside each other, and one that needs them all."""

from __future__ import annotations

from harness import Figures, Setting

from .graph import measure_graphs, wide_graph


def measure(setting: Setting) -> Figures:
    """Whole time, from the first line that builds the graph to the value in hand."""
    return measure_graphs(setting, wide_graph)
