"""No-op Python tasks one after the other: nothing can be done at the same time."""

from __future__ import annotations

from harness import Figures, Setting

import funsies as f

from .graph import Graph, measure_graphs


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
    return measure_graphs(setting, chain)
