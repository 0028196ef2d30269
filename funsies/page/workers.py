"""The page of workers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from funsies.engine.roster import list_workers

from .desk import Desk
from .live import Facts

LOOK_SECONDS: Final = 2.0

MOST_RUNNING: Final = 200
"""So many running steps are named, the longest first."""


@dataclass(frozen=True, slots=True)
class RunningStep:
    """A step that runs now.

    Attributes:
        step: its hash.
        label: what it is called.
        where: machine and process.
        started: when, seconds since 1970.
    """

    step: str
    label: str
    where: str
    started: float


def workers_pulse(_desk: Desk, _request: Request) -> object:
    """Differs every two seconds.

    What is shown of workers (signs of life, for how long) changes all the time, and nothing on
    the server says so; to look costs the same for any number of steps.
    """
    return time.monotonic() // LOOK_SECONDS


def look_at_workers(desk: Desk, _request: Request) -> Facts:
    """Workers, what runs, and what is ready on queues."""
    graph = desk.backend.graph
    leases = sorted(graph.leases(), key=lambda each: each.started_ms)
    shown = leases[:MOST_RUNNING]
    rows = graph.operations([each.operation for each in shown])
    labels = desk.namer.labels(desk.backend, [row for row in rows if row is not None])
    running = [
        RunningStep(
            lease.operation.hex(),
            labels.of(lease.operation),
            lease.slot.rpartition(":")[0],
            lease.started_ms / 1000,
        )
        for lease in shown
    ]
    return {
        "workers": list_workers(desk.server),
        "running": running,
        "more_running": len(leases) - len(running),
        "queues": sorted(graph.queues().items()),
    }
