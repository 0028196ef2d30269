"""A graph that was computed before is asked for again: nothing may run."""

from __future__ import annotations

import time

from harness import Figures, Setting, executions, run_to_end, server_and_workers, spread

import funsies as f

from .graph import wide_graph

FIRST = 1_000_000


def measure(setting: Setting) -> Figures:
    """Seconds from ``execute`` to the value, in a session that knows nothing yet."""
    built: list[float] = []
    asked: list[float] = []
    with server_and_workers(setting.workers) as session:
        graph = wide_graph(setting.n, FIRST)
        run_to_end(graph.target, graph.expected)
        before = executions(session)
        for _ in range(setting.repeats):
            with f.Fun(session.server):
                started = time.perf_counter()
                again = wide_graph(setting.n, FIRST)
                built.append(time.perf_counter() - started)
                asked.append(run_to_end(again.target, again.expected))
        executed = executions(session) - before
    return {
        "operations": graph.operations,
        "executions": executed,
        **spread("engine_seconds", asked),
        **spread("build_seconds", built),
    }
