"""What it costs to write down a run: wide graphs with and without a record, in turns.

The time on the clock says little where others use the machine, too; so processor time is what
is compared, of all processes: the program, its children (git), the server and the workers.
"""

from __future__ import annotations

import os
import statistics
import time
from dataclasses import dataclass
from resource import RUSAGE_CHILDREN, getrusage

from graphs import build_and_run, wide_graph
from harness import (
    Case,
    Figures,
    Setting,
    connection,
    server_and_workers,
    server_cpu_seconds,
    spread,
)
from turmoil.processes import all_processes, below, cpu_seconds

import funsies as f
from funsies.config.program import running_program
from funsies.history.recorder import Recorder
from funsies.session import Session

CASE = Case(
    "what it costs that a run is recorded: wide by programs with and without, in turns",
    n=1000,
    quick_n=50,
)


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of a program, from its first line to its last, or at one moment.

    Attributes:
        wall: on the clock.
        client: of the processor, in the program and its children that have ended.
        server: the same in the server.
        workers: the same in the workers.
    """

    wall: float
    client: float
    server: float
    workers: float

    @property
    def cpu(self) -> float:
        """Processor time of all processes."""
        return self.client + self.server + self.workers

    def since(self, before: Times) -> Times:
        """What was used since then."""
        return Times(
            self.wall - before.wall,
            self.client - before.client,
            self.server - before.server,
            self.workers - before.workers,
        )


class NoRecorder(Recorder):
    """Writes nothing down."""

    def note(self, *_: object) -> None:
        """Do nothing; without a first request the rest has nothing to do either."""


def measure(setting: Setting) -> Figures:
    """Milliseconds an operation, and what part of the processor time the record is.

    Workers do the same with and without a record: what they differ in is left out.
    """
    pairs: list[tuple[Times, Times]] = []
    with server_and_workers(setting.workers) as session:
        for repeat in range(setting.repeats):
            first = (repeat + 1) * 1_000_000
            pairs.append(_pair(session, setting.n, first, recorded_first=repeat % 2 == 1))
    each = 1000 / (setting.n + 1)
    total = statistics.median(plain.cpu for plain, _ in pairs)
    client = [recorded.client - plain.client for plain, recorded in pairs]
    server = [recorded.server - plain.server for plain, recorded in pairs]
    return {
        "operations": setting.n + 1,
        **spread("milliseconds_per_operation", [recorded.wall * each for _, recorded in pairs]),
        "milliseconds_without": round(
            statistics.median(plain.wall for plain, _ in pairs) * each, 4
        ),
        "cpu_milliseconds_without": round(total * each, 4),
        **spread("more_client_cpu_microseconds", [1000 * each * more for more in client], 1),
        **spread("more_server_cpu_microseconds", [1000 * each * more for more in server], 1),
        "more_cpu_percent": round(
            100 * (statistics.median(client) + statistics.median(server)) / total, 2
        ),
    }


def _pair(session: Session, n: int, first: int, *, recorded_first: bool) -> tuple[Times, Times]:
    """The same program without and with a record, in either order."""
    if recorded_first:
        recorded = _program(session, n, first, is_recorded=True)
        return _program(session, n, first + n, is_recorded=False), recorded
    plain = _program(session, n, first, is_recorded=False)
    return plain, _program(session, n, first + n, is_recorded=True)


def _program(session: Session, n: int, first: int, *, is_recorded: bool) -> Times:
    """A session of its own that runs a wide graph, as a script would."""
    before = _now(session)
    with f.Fun(session.server) as opened:
        if not is_recorded:
            opened.recorder = NoRecorder(opened.backend, running_program)
        build_and_run(n, first, wide_graph)
    return _now(session).since(before)


def _now(session: Session) -> Times:
    children = getrusage(RUSAGE_CHILDREN)
    with connection(session) as server:
        server_seconds = server_cpu_seconds(server)
    workers = below(os.getpid(), all_processes())
    return Times(
        time.perf_counter(),
        time.process_time() + children.ru_utime + children.ru_stime,
        server_seconds,
        sum(cpu_seconds(each.pid) for each in workers),
    )
