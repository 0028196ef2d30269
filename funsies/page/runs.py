"""Pages of runs: what programs have asked for, and how that ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request

from funsies.core.errors import UnknownHashError
from funsies.history import run_records
from funsies.history.closure import read_closure
from funsies.history.processes import is_gone
from funsies.history.runs import Outcome, Run, StepCounts, counts_of_run, run, runs
from funsies.store.connect import Backend

from .desk import Desk
from .live import Facts
from .reading import Definition

SHOWN_RUNS: Final = 50
SHOWN_TARGETS: Final = 20

MOST_COUNTED: Final = 1000
"""Steps of a run that goes on are counted if they are no more than these."""

_OVER: Final = {Outcome.DONE, Outcome.ERRORS, Outcome.CANCELLED, Outcome.UNFINISHED}
"""Of runs that ended so nothing is left that could be cancelled."""

WATCHED_RUNS: Final = 10
"""The end of one of so many, the newest, is seen at once; that of others when steps change."""


def runs_pulse(desk: Desk, _request: Request) -> object:
    """Differs when a step has changed its state, or a run has begun or ended."""
    newest = run_records.numbers(desk.backend.graph)[:WATCHED_RUNS]
    return desk.backend.graph.counts(), [_pulse(desk.backend, number) for number in newest]


def run_pulse(desk: Desk, request: Request) -> object:
    """Differs when a step has changed its state, or the run has ended."""
    number = number_in(request.path_params["number"])
    counts, edition = desk.backend.graph.counts(), desk.naming.edition(number)
    return counts, edition, number and _pulse(desk.backend, number)


def _pulse(backend: Backend, number: int) -> object:
    """Differs when the program of a run has ended, whether it could say so or not."""
    record = run_records.read(backend.graph, number)
    is_over = record is None or record.ended is not None or is_gone(record.process)
    return number, record, is_over


def look_at_runs(desk: Desk, _request: Request) -> Facts:
    """The newest runs."""
    return {"runs": runs(desk.backend, SHOWN_RUNS), "most": SHOWN_RUNS}


def run_of(backend: Backend, number: str) -> Run:
    """The run of a number.

    Raises:
        UnknownHashError: if there is none.
    """
    known = number_in(number)
    found = None if known is None else run(backend, known)
    if found is None:
        raise UnknownHashError(f"there is no run {number:.20}; see the list of runs")
    return found


def number_in(text: str) -> int | None:
    """The number of a run in an address; None if there is none."""
    return int(text) if text.isascii() and text.isdecimal() else None


class RunPages:
    """Shows runs; remembers which have too many steps to be counted while they go on."""

    def __init__(self) -> None:
        self._large: set[int] = set()

    def look(self, desk: Desk, request: Request) -> Facts:
        """All about a run."""
        found = run_of(desk.backend, request.path_params["number"])
        shown = found.targets[:SHOWN_TARGETS]
        read = (desk.definitions.find(desk.backend, each) for each in shown)
        known = [each for each in read if each is not None]
        targets = [each.row for each in known]
        counts = self._counts(desk.backend, found, known)
        return {
            "run": found,
            "labels": desk.naming.labels([row.digest for row in targets], found.number),
            "counts": counts,
            "has_volatile": any(each.volatile for _, each in counts or ()),
            "targets": targets,
            "more_targets": len(found.targets) - len(shown),
            "may_be_cancelled": found.outcome not in _OVER,
        }

    def _counts(
        self, backend: Backend, found: Run, targets: Sequence[Definition]
    ) -> list[tuple[str, StepCounts]] | None:
        """By task; None if they are too many to be counted each time that somebody looks."""
        if not found.counts and self._is_large(backend, found, targets):
            return None
        return sorted(counts_of_run(backend, found).items())

    def _is_large(self, backend: Backend, found: Run, targets: Sequence[Definition]) -> bool:
        if found.number not in self._large and (
            any(each.number_of_inputs > MOST_COUNTED for each in targets)
            or _has_many_steps(backend, found)
        ):
            self._large.add(found.number)
        return found.number in self._large


def _has_many_steps(backend: Backend, found: Run) -> bool:
    known = read_closure(backend, found.targets[:MOST_COUNTED], most=MOST_COUNTED)
    return len(known.rows) >= MOST_COUNTED
