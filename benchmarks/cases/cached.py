"""A graph that was computed before is asked for again: nothing may run."""

from __future__ import annotations

import time

from graphs import wide_graph
from harness import Case, Figures, Setting, run_to_end, server_and_workers, spread
from meter import Meter
from raw_rq import beside_raw_rq

import funsies as f

CASE = Case(
    "the graph of wide again, in a session that knows nothing: nothing may run",
    n=1000,
    quick_n=50,
    series=(100, 1000, 10_000, 100_000),
)

FIRST = 1_000_000


def measure(setting: Setting) -> Figures:
    """Seconds from ``execute`` to the value, in a session that knows nothing yet.

    Beside it are jobs of plain RQ, which would all run again.
    """
    built: list[float] = []
    asked: list[float] = []
    with server_and_workers(setting.workers) as session:
        meter = Meter(session)
        graph = wide_graph(setting.n, FIRST)
        run_to_end(graph.target, graph.expected)
        for _ in range(setting.repeats):
            with f.Fun(session.server), meter.measured(graph.operations):
                started = time.perf_counter()
                again = wide_graph(setting.n, FIRST)
                built.append(time.perf_counter() - started)
                asked.append(run_to_end(again.target, again.expected))
        raw = beside_raw_rq(setting, session, "wide", meter.milliseconds())
    return {
        **meter.figures(),
        **spread("engine_seconds", asked),
        **spread("build_seconds", built),
        **raw,
    }
