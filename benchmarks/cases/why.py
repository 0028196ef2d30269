"""Why the steps of a run ran: all of them, after an edit of the code that all use."""

from __future__ import annotations

import time

from harness import Case, Figures, Setting, run_to_end, server_and_workers, spread

import funsies as f
from funsies.history.runs import last_run
from funsies.history.why import Reasons, reasons
from funsies.session import Session

CASE = Case(
    "the reasons of all n steps of a run, after an edit of code that all use",
    n=10_000,
    quick_n=50,
    unit="steps",
)


def measure(setting: Setting) -> Figures:
    """Seconds for the reasons of ``n`` steps and one that needs them all, by root cause."""
    taken: list[float] = []
    used: list[float] = []
    with server_and_workers(setting.workers) as session:
        for edition in range(2):
            with f.Fun(session.server):
                target, expected = _graph(setting.n, edition)
                run_to_end(target, expected)
        for _ in range(setting.repeats):
            started, started_cpu = time.perf_counter(), time.process_time()
            found = _reasons(session)
            taken.append(time.perf_counter() - started)
            used.append(time.process_time() - started_cpu)
    return {
        "steps": len(found.steps),
        "groups": len(found.groups),
        **spread("seconds", taken),
        **spread("cpu_seconds", used),
    }


def _reasons(session: Session) -> Reasons:
    run = last_run(session.backend)
    if run is None:
        raise RuntimeError("no run was recorded")
    found = reasons(session.backend, run, for_groups=True)
    _ = found.groups
    return found


def _graph(n: int, edition: int) -> tuple[f.Artefact[int], int]:
    """A wide graph, of which each edition has other code."""

    @f.task
    def shifted(number: int) -> int:
        return number + edition

    @f.task
    def add_up(*numbers: int) -> int:
        return sum(numbers)

    return add_up(*map(shifted, range(n))), n * edition + n * (n - 1) // 2
