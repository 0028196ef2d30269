"""Graphs of steps that do nothing: what is left is the engine."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from harness import Figures, Setting, run_to_end, server_and_workers, spread
from meter import Meter
from raw_rq import beside_raw_rq

import funsies as f


class Graph(NamedTuple):
    """A graph to be measured: what to ask for, its value, and the number of its operations."""

    target: f.Artefact[int]
    expected: int
    operations: int


class Times(NamedTuple):
    """Milliseconds an operation of one graph: to build, and from ``execute`` to the value."""

    build: float
    run: float


@f.task
def noop(number: int) -> int:
    """Do nothing."""
    return number


@f.task
def add_up(*numbers: int) -> int:
    """Bring everything together."""
    return sum(numbers)


def wide_graph(n: int, first: int) -> Graph:
    """``n`` operations beside each other, and one that needs them all."""
    leaves = [noop(first + number) for number in range(n)]
    return Graph(add_up(*leaves), n * first + n * (n - 1) // 2, n + 1)


def measure_graphs(
    setting: Setting, make: Callable[[int, int], Graph], operations: int, *, beside: str
) -> Figures:
    """Run a fresh graph several times, and plain RQ on the same server.

    Args:
        setting: how large, how often.
        make: builds a graph from its size and a number that no other graph has.
        operations: of one graph.
        beside: the jobs of plain RQ that do the same.
    """
    built: list[float] = []
    with server_and_workers(setting.workers) as session:
        meter = Meter(session)
        for repeat in range(setting.repeats):
            with meter.measured(operations):
                built.append(build_and_run(setting.n, (repeat + 1) * 10_000_000, make).build)
        raw = beside_raw_rq(setting, session, beside, meter.milliseconds())
    return {
        **meter.figures(),
        **spread("build_milliseconds_per_operation", built),
        **raw,
    }


def build_and_run(n: int, first: int, make: Callable[[int, int], Graph]) -> Times:
    """Build a graph, have it computed, and check its value."""
    started = time.perf_counter()
    graph = make(n, first)
    built = time.perf_counter() - started
    ran = run_to_end(graph.target, graph.expected)
    each = 1000 / graph.operations
    return Times(built * each, ran * each)
