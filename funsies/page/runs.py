"""Pages of runs: what programs have asked for, and how that ended."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

from funsies.core.errors import UnknownHashError
from funsies.history import run_records
from funsies.history.closure import read_closure
from funsies.history.processes import is_gone
from funsies.history.runs import Run, StepCounts, counts_of_run, run, runs
from funsies.store.connect import Backend

from .desk import Desk
from .live import Facts

SHOWN_RUNS: Final = 50
SHOWN_TARGETS: Final = 20

MOST_COUNTED: Final = 1000
"""Steps of a run that goes on are counted if they are no more than these."""


WATCHED_RUNS: Final = 10
"""The end of one of so many, the newest, is seen at once; that of others when steps change."""


def runs_pulse(desk: Desk, _request: Request) -> object:
    """Differs when a step has changed its state, or a run has begun or ended."""
    newest = run_records.numbers(desk.backend.graph)[:WATCHED_RUNS]
    return desk.backend.graph.counts(), [_pulse(desk.backend, number) for number in newest]


def run_pulse(desk: Desk, request: Request) -> object:
    """Differs when a step has changed its state, or the run has ended."""
    number = _number(request.path_params["number"])
    return desk.backend.graph.counts(), number and _pulse(desk.backend, number)


def _pulse(backend: Backend, number: int) -> object:
    """Differs when the program of a run has ended, whether it could say so or not."""
    record = run_records.read(backend.graph, number)
    is_over = record is None or record.ended is not None or is_gone(record.process)
    return number, record, is_over


def look_at_runs(desk: Desk, _request: Request) -> Facts:
    """The newest runs."""
    return {"runs": runs(desk.backend, SHOWN_RUNS), "most": SHOWN_RUNS}


def look_at_run(desk: Desk, request: Request) -> Facts:
    """All about a run."""
    found = run_of(desk.backend, request.path_params["number"])
    shown = desk.backend.graph.operations(found.targets[:SHOWN_TARGETS])
    targets = [row for row in shown if row is not None]
    return {
        "run": found,
        "labels": desk.namer.labels(desk.backend, targets),
        "counts": _counts(desk.backend, found),
        "targets": targets,
        "more_targets": len(found.targets) - len(shown),
    }


def run_of(backend: Backend, number: str) -> Run:
    """The run of a number.

    Raises:
        UnknownHashError: if there is none.
    """
    known = _number(number)
    found = None if known is None else run(backend, known)
    if found is None:
        raise UnknownHashError(f"there is no run {number:.20}; see the list of runs")
    return found


def _number(text: str) -> int | None:
    """The number of a run in an address; None if there is none."""
    return int(text) if text.isascii() and text.isdecimal() else None


def _counts(backend: Backend, found: Run) -> list[tuple[str, StepCounts]] | None:
    """By task; None if they are too many to be counted each time that somebody looks."""
    rows = backend.graph.operations(found.targets[:1])
    if not found.counts and any(len(row.inputs) > MOST_COUNTED for row in rows if row):
        return None
    if not found.counts:
        known = read_closure(backend, found.targets[:MOST_COUNTED], most=MOST_COUNTED)
        if len(known.rows) >= MOST_COUNTED:
            return None
    return sorted(counts_of_run(backend, found).items())
