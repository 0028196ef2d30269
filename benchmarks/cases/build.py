"""Building a graph in the client's memory, and writing it to the server."""

from __future__ import annotations

from functools import partial

from harness import Figures, Setting, seconds_of, server_and_workers, spread

import funsies as f

from .graph import wide_graph


def measure(setting: Setting) -> Figures:
    """Milliseconds an operation to build, and to define on the server."""
    built: list[float] = []
    written: list[float] = []
    with server_and_workers(1) as session:
        for repeat in range(setting.repeats):
            with f.Fun(session.server) as fresh:
                first = (repeat + 1) * 1_000_000
                built.append(seconds_of(partial(wide_graph, setting.n, first)))
                written.append(seconds_of(fresh.save))
    each = 1000 / (setting.n + 1)
    return {
        "operations": setting.n + 1,
        **spread("milliseconds_per_operation", [seconds * each for seconds in built]),
        **spread("define_milliseconds_per_operation", [seconds * each for seconds in written]),
    }
