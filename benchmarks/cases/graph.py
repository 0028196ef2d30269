"""Graphs of steps that do nothing: what is left is the engine."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

from harness import Figures, Setting, Usage, run_to_end, server_and_workers, spread, usage
from raw_rq import raw_rq_ms_per_job

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


def measure_graphs(setting: Setting, make: Callable[[int, int], Graph]) -> Figures:
    """Run a fresh graph several times, and plain RQ on the same server.

    Args:
        setting: how large, how often.
        make: builds a graph from its size and a number that no other graph has.
    """
    with server_and_workers(setting.workers) as session:
        before, operations = usage(session), 0
        times: list[Times] = []
        for repeat in range(setting.repeats):
            graph, taken = build_and_run(setting.n, (repeat + 1) * 1_000_000, make)
            times.append(taken)
            operations += graph.operations
        used = usage(session).since(before)
        raw = plain_rq(setting, session.server.jobs_url)
    whole = [each.build + each.run for each in times]
    return {
        **spread("milliseconds_per_operation", whole),
        **spread("build_milliseconds_per_operation", [each.build for each in times]),
        **usage_figures(used, operations),
        **raw_rq_figures(raw, statistics.median(whole)),
    }


def build_and_run(n: int, first: int, make: Callable[[int, int], Graph]) -> tuple[Graph, Times]:
    """Build a graph, have it computed, and check its value."""
    started = time.perf_counter()
    graph = make(n, first)
    built = time.perf_counter() - started
    ran = run_to_end(graph.target, graph.expected)
    each = 1000 / graph.operations
    return graph, Times(built * each, ran * each)


def usage_figures(used: Usage, operations: int) -> Figures:
    """What was used, an operation."""
    return {
        "operations": operations,
        "executions": used.executions,
        "redis_bytes_per_operation": round(used.bytes / operations),
        "redis_cpu_ms_per_operation": round(used.cpu_seconds * 1000 / operations, 4),
    }


def plain_rq(setting: Setting, url: str) -> float | None:
    """Milliseconds a job of plain RQ with as many workers; None if it is not asked for."""
    if not setting.raw_rq_jobs:
        return None
    return raw_rq_ms_per_job(url, setting.raw_rq_jobs, setting.workers)


def raw_rq_figures(raw: float | None, ours: float) -> Figures:
    """Plain RQ, and the part of its time that an operation takes."""
    if raw is None:
        return {}
    return {"raw_rq_ms_per_job": round(raw, 4), "ratio_to_raw_rq": round(ours / raw, 4)}
