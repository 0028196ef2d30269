"""How cost grows with the number of operations: graphs of several shapes."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from blocked import watched
from harness import Case, Figures, Setting, seconds_of, server_and_workers
from meter import Meter
from peak_memory import PeakMemory
from shapes import SHAPES

import funsies as f
from funsies.client.progress import progress_since
from funsies.session import Session

CASE = Case(
    "n operations of each shape (of $FUNSIES_SHAPES, else of all): time, memory, for how long "
    "the server answers nobody; then progress, ls, status, fsck, reset, clean",
    n=1000,
    quick_n=10,
    series=(1000, 10_000, 100_000),
)

LOOKS: Final = ("ls", "status", "fsck")
"""Commands that are timed afterwards."""

FIRST: Final = 1_000_003
WAIT_SECONDS: Final = 7200
LOOK_SECONDS: Final = 0.5


def measure(setting: Setting) -> Figures:
    """Run a graph of each shape on a server of its own."""
    all_shapes = list(SHAPES) if setting.n > CASE.quick_n else ["nested"]
    asked = os.environ.get("FUNSIES_SHAPES", "").split() or all_shapes
    return {"points": [{"shape": shape} | _grow(shape, setting) for shape in asked]}


def _grow(shape: str, setting: Setting) -> Figures:
    """Run one graph, and look at what it costs and for how long the server was blocked."""
    with server_and_workers(setting.workers) as session:
        own_peak, meter = _own_peak_kib(), Meter(session)
        with watched(session) as seen, PeakMemory(LOOK_SECONDS) as peak, meter.measured(1):
            operations, seconds = _run(shape, setting.n)
        own_kib = _own_peak_kib() - own_peak
        meter.repeats = [(used, operations) for used, _ in meter.repeats]
        return {
            **meter.figures(),
            **{name: round(1000 * each / operations, 4) for name, each in seconds.items()},
            "client_bytes_per_operation": round(1024 * own_kib / operations),
            "worker_peak_mib": peak.mebibytes,
            **seen.figures(),
            "looks": _looks(session),
        }


def _run(shape: str, n: int) -> tuple[int, dict[str, float]]:
    """Build, ask, wait and check; the number of operations, and seconds of the first two."""
    started = time.perf_counter()
    graph = SHAPES[shape](n, FIRST)
    built = time.perf_counter()
    handle = f.execute(graph.target)
    requested = time.perf_counter()
    handle.wait(timeout_seconds=WAIT_SECONDS)
    if (value := f.take(graph.target)) != graph.expected:
        raise RuntimeError(f"the result is {value}, not {graph.expected}")
    return graph.operations, {
        "build_milliseconds_per_operation": built - started,
        "request_milliseconds_per_operation": requested - built,
    }


def _looks(session: Session) -> Figures:
    """How long it takes to look at all that, and to be rid of it; and how long that blocks."""
    graph = session.backend.graph
    found: Figures = {"progress": _timed(session, lambda: progress_since({}, graph.counts()))}
    for word in LOOKS:
        found[word] = _timed(session, partial(_command, session, word))
    found["reset"] = _timed(session, lambda: graph.reset(graph.all_operations()))
    found["clean"] = _timed(session, lambda: _command(session, "clean"))
    return found


def _timed(session: Session, act: Callable[[], object]) -> Figures:
    with watched(session) as seen:
        seconds = seconds_of(act)
    return {"seconds": round(seconds, 4), **seen.figures()}


def _command(session: Session, word: str) -> None:
    program = Path(sys.executable).with_name("funsies")
    environment = {**os.environ, **session.server.environment()}
    subprocess.run([program, word], env=environment, check=True, capture_output=True)


def _own_peak_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
