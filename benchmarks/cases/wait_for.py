"""Each of many finished artefacts is waited for by itself."""

from __future__ import annotations

import time
from typing import Any

from graphs import noop
from harness import Case, Figures, Setting, server_and_workers
from meter import Meter

import funsies as f

CASE = Case(
    "wait_for of each of many artefacts that are finished",
    n=1000,
    quick_n=20,
    unit="artefacts",
)

FIRST = 3_000_000


def measure(setting: Setting) -> Figures:
    """Milliseconds of one ``wait_for``; beside it what the server answers to a ``PING`` in."""
    with server_and_workers(setting.workers) as session:
        artefacts = [noop(FIRST + number) for number in range(setting.n)]
        f.execute(*artefacts).wait(timeout_seconds=600)
        meter = Meter(session)
        for _ in range(setting.repeats):
            with meter.measured(setting.n):
                for artefact in artefacts:
                    f.wait_for(artefact)
        graph: Any = session.backend.graph
        call = graph._connections.call  # noqa: SLF001 - the same way there
        started = time.perf_counter()
        for _ in range(setting.n):
            call("PING")
        ping = (time.perf_counter() - started) / setting.n * 1000
    return {**meter.figures(), "ping_milliseconds": round(ping, 4)}
