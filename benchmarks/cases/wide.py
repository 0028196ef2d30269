"""Many no-op Python tasks beside each other, and one that needs them all."""

from __future__ import annotations

from graphs import measure_graphs, wide_graph
from harness import Case, Figures, Setting

CASE = Case(
    "n no-op Python tasks beside each other, and one that needs them all",
    n=1000,
    quick_n=200,
    series=(100, 1000, 10_000, 100_000),
)


def measure(setting: Setting) -> Figures:
    """Whole time, from the first line that builds the graph to the value in hand."""
    return measure_graphs(setting, wide_graph, setting.n + 1, beside="wide")
