"""Graphs of steps that do nothing: what is left is the engine."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from harness import Figures, Setting, executions, run_to_end, server_and_workers, spread, used_bytes
from raw_rq import raw_rq_ms_per_job

import funsies as f


class Graph(NamedTuple):
    """A graph to be measured: what to ask for, its value, and the number of its operations."""

    target: f.Artefact[int]
    expected: int
    operations: int


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
    """Run a fresh graph several times.

    Args:
        setting: how large, how often.
        make: builds a graph from its size and a number that no other graph has.
    """
    built: list[float] = []
    ran: list[float] = []
    with server_and_workers(setting.workers) as session:
        bytes_before, executions_before, operations = used_bytes(session), executions(session), 0
        for repeat in range(setting.repeats):
            started = time.perf_counter()
            graph = make(setting.n, (repeat + 1) * 1_000_000)
            built.append((time.perf_counter() - started) * 1000 / graph.operations)
            ran.append(run_to_end(graph.target, graph.expected) * 1000 / graph.operations)
            operations += graph.operations
        executed = executions(session) - executions_before
        bytes_each = (used_bytes(session) - bytes_before) / operations
        raw = raw_rq_figures(setting, session.server.jobs_url)
    whole = [build + run for build, run in zip(built, ran, strict=True)]
    figures = spread("milliseconds_per_operation", whole)
    figures |= spread("build_milliseconds_per_operation", built)
    figures |= {
        "operations": operations,
        "executions": executed,
        "redis_bytes_per_operation": round(bytes_each),
    }
    return figures | raw | ratio(figures, raw)


def raw_rq_figures(setting: Setting, url: str) -> Figures:
    """Measure plain RQ on the same server with as many workers."""
    if not setting.raw_rq_jobs:
        return {}
    return {
        "raw_rq_ms_per_job": round(
            raw_rq_ms_per_job(url, setting.raw_rq_jobs, setting.workers), 4
        )
    }


def ratio(figures: Figures, raw: Figures) -> Figures:
    """The part of the time of plain RQ that an operation takes."""
    if not raw:
        return {}
    ours, theirs = figures["milliseconds_per_operation"], raw["raw_rq_ms_per_job"]
    assert isinstance(ours, float)
    assert isinstance(theirs, float)
    return {"ratio_to_raw_rq": round(ours / theirs, 4)}
