"""Building a graph in the client's memory, and writing it to the server."""

from __future__ import annotations

from functools import partial

from graphs import wide_graph
from harness import Case, Figures, Setting, seconds_of, server_and_workers, spread
from meter import Meter
from raw_rq import beside_raw_rq

import funsies as f

CASE = Case(
    "building the graph of wide in memory, and writing it to the server",
    n=1000,
    quick_n=50,
)


def measure(setting: Setting) -> Figures:
    """Milliseconds an operation to build, to define on the server, and both together.

    Beside it is what handing in a job to plain RQ takes.
    """
    built: list[float] = []
    written: list[float] = []
    each = 1000 / (setting.n + 1)
    with server_and_workers(1) as session:
        meter = Meter(session)
        for repeat in range(setting.repeats):
            with f.Fun(session.server) as fresh, meter.measured(setting.n + 1):
                first = (repeat + 1) * 10_000_000
                built.append(seconds_of(partial(wide_graph, setting.n, first)) * each)
                written.append(seconds_of(fresh.save) * each)
        raw = beside_raw_rq(setting, session, "enqueue", meter.milliseconds())
    return {
        **meter.figures(),
        **spread("build_milliseconds_per_operation", built),
        **spread("define_milliseconds_per_operation", written),
        **raw,
    }
