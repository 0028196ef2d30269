"""No-op Python tasks one after the other: nothing can be done at the same time."""

from __future__ import annotations

from graphs import Graph, measure_graphs
from harness import Case, Figures, Setting

import funsies as f

CASE = Case(
    "n no-op Python tasks one after the other",
    n=300,
    quick_n=20,
    series=(100, 1000, 10_000),
)


@f.task
def successor(number: int) -> int:
    """Differ from the input, so that each link of the chain has a value of its own."""
    return number + 1


def chain(n: int, first: int) -> Graph:
    """``n`` operations, each of which needs the one before."""
    end = successor(first)
    for _ in range(n - 1):
        end = successor(end)
    return Graph(end, first + n, n)


def measure(setting: Setting) -> Figures:
    """Whole time, from the first line that builds the graph to the value in hand."""
    return measure_graphs(setting, chain, setting.n, beside="chain")
