"""One look of the table that ``funsies run`` shows: counters, what runs and failed, drawing."""

from __future__ import annotations

import io

from graphs import wide_graph
from harness import Case, Figures, Setting, seconds_of, server_and_workers, spread
from rich.console import Console

import funsies as f
from funsies.client.progress import progress_since
from funsies.client.targets import collect
from funsies.engine.slots import new_fence, new_slot
from funsies.history.step_names import Naming
from funsies.report.live.display import Display
from funsies.store.connect import Backend
from funsies.store.rows import StepMessage
from funsies.store.submission import queue_name, submit

CASE = Case(
    "one look of the table of funsies run, with n steps asked for and eight running",
    n=1000,
    quick_n=50,
    unit="steps",
)


QUEUE = "nobody-serves-it"
RUNNING = 8
LOOKS = 100
LEASE_MS = 600_000


def measure(setting: Setting) -> Figures:
    """Milliseconds for a look, while ``n`` steps are asked for and eight of them run."""
    with server_and_workers(1) as session, f.Fun(session.server) as fresh:
        target = wide_graph(setting.n, 1).target
        submit(fresh.backend, tuple(collect((target,)).built.values()), (), queue=QUEUE)
        for number in range(RUNNING):
            _claim(fresh.backend, number)
        console = Console(file=io.StringIO(), force_terminal=True, width=100, height=40)
        graph = fresh.backend.graph
        display = Display(console, graph, naming=Naming(fresh.backend))
        with display.shown() as tell:
            looks = [
                seconds_of(lambda: tell(progress_since({}, graph.counts())))
                for _ in range(LOOKS)
            ]
    return {
        "operations": setting.n + 1,
        **spread("milliseconds", [1000 * each for each in looks]),
    }


def _claim(backend: Backend, number: int) -> None:
    """Have a step run, as far as the server knows."""
    queue = queue_name(QUEUE)
    backend.graph.step(
        StepMessage(new_slot(), number, queue, lease_ms=LEASE_MS, fence=new_fence())
    )
