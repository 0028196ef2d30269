"""What it costs to write down a run: wide graphs with and without a record, in turns."""

from __future__ import annotations

import statistics
import time
from typing import NamedTuple

from harness import Figures, Setting, server_and_workers, spread

import funsies as f
from funsies.config.program import this_program
from funsies.history.recorder import Recorder
from funsies.session import Session

from .graph import build_and_run, wide_graph


class Times(NamedTuple):
    """Seconds of a program, from its first line to its last: on the clock, and of its CPU."""

    wall: float
    cpu: float


class NoRecorder(Recorder):
    """Writes nothing down."""

    def note(self, *_: object) -> None:
        """Do nothing; without a first request the rest has nothing to do either."""


def measure(setting: Setting) -> Figures:
    """Milliseconds an operation, and what part of it the record is."""
    pairs: list[tuple[Times, Times]] = []
    with server_and_workers(setting.workers) as session:
        for repeat in range(setting.repeats):
            first = (repeat + 1) * 1_000_000
            plain = _program(session, setting.n, first, is_recorded=False)
            recorded = _program(session, setting.n, first + setting.n, is_recorded=True)
            pairs.append((plain, recorded))
    each = 1000 / (setting.n + 1)
    more = [(recorded.wall - plain.wall) / plain.wall for plain, recorded in pairs]
    cpu = [
        (recorded.cpu - plain.cpu) * 1_000_000 / (setting.n + 1) for plain, recorded in pairs
    ]
    return {
        "operations": setting.n + 1,
        **spread("milliseconds_per_operation", [recorded.wall * each for _, recorded in pairs]),
        "milliseconds_without": round(
            statistics.median(plain.wall for plain, _ in pairs) * each, 4
        ),
        **spread("more_time_percent", [100 * each for each in more], 2),
        **spread("more_client_cpu_microseconds", cpu, 1),
    }


def _program(session: Session, n: int, first: int, *, is_recorded: bool) -> Times:
    """A session of its own that runs a wide graph, as a script would."""
    wall, cpu = time.perf_counter(), time.process_time()
    with f.Fun(session.server) as opened:
        if not is_recorded:
            opened.recorder = NoRecorder(opened.backend, this_program)
        build_and_run(n, first, wide_graph)
    return Times(time.perf_counter() - wall, time.process_time() - cpu)
