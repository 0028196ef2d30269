"""Pages of runs: what programs have asked for, how that ended, and why their steps ran.

Why is worked out when somebody asks, since all of a run is compared for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from funsies.core.errors import UnknownHashError
from funsies.history import run_records
from funsies.history.closure import read_closure
from funsies.history.processes import is_gone
from funsies.history.runs import Outcome, Run, StepCounts, counts_of_run, last_run, run, runs
from funsies.history.why import reasons
from funsies.report.why import group_lines, reason_lines, summary_line, told_groups, told_of
from funsies.store.connect import Backend

from .reading import Definition
from .site import Facts, Site
from .steps import step_of

SHOWN_RUNS: Final = 50
SHOWN_TARGETS: Final = 20

MOST_COUNTED: Final = 1000
"""Steps of a run that goes on are counted if they are no more than these."""

_OVER: Final = {Outcome.DONE, Outcome.ERRORS, Outcome.CANCELLED, Outcome.UNFINISHED}
"""Of runs that ended so nothing is left that could be cancelled."""

WATCHED_RUNS: Final = 10
"""The end of one of so many, the newest, is seen at once; that of others when steps change."""


def runs_pulse(site: Site, _request: Request) -> object:
    """Differs when a step has changed its state, or a run has begun or ended."""
    newest = run_records.numbers(site.backend.graph.named)[:WATCHED_RUNS]
    return site.backend.graph.counts(), [_pulse(site.backend, number) for number in newest]


def run_pulse(site: Site, request: Request) -> object:
    """Differs when a step has changed its state, or the run has ended."""
    number = number_in(request.path_params["number"])
    counts, edition = site.backend.graph.counts(), site.naming.edition(number)
    return counts, edition, number and _pulse(site.backend, number)


def _pulse(backend: Backend, number: int) -> object:
    """Differs when the program of a run has ended, whether it could say so or not."""
    record = run_records.read(backend.graph.named, number)
    is_over = record is None or record.ended is not None or is_gone(record.process)
    return number, record, is_over


def look_at_runs(site: Site, _request: Request) -> Facts:
    """The newest runs."""
    return {"runs": runs(site.backend, SHOWN_RUNS), "most": SHOWN_RUNS}


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

    def look(self, site: Site, request: Request) -> Facts:
        """All about a run."""
        found = run_of(site.backend, request.path_params["number"])
        shown = found.targets[:SHOWN_TARGETS]
        read = (site.definitions.find(site.backend, each) for each in shown)
        known = [each for each in read if each is not None]
        targets = [each.row for each in known]
        counts = self._counts(site.backend, found, known)
        return {
            "run": found,
            "labels": site.naming.labels([row.digest for row in targets], found.number),
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


def why_step(site: Site, request: Request) -> Response:
    """Why a step ran, in the last run or in one that is named."""
    backend = site.backend
    digest = step_of(backend, request)
    run = _chosen(backend, request.query_params.get("run", ""))
    found = reasons(backend, run)
    lines = [str(line) for line in reason_lines(told_of(backend, found, digest), digest)]
    row = site.definitions.read(backend, digest).row
    label = site.naming.labels([digest], run.number).of(digest, row.task_name)
    facts = {"run": run, "step": digest.hex(), "label": label, "text": "\n".join(lines)}
    return HTMLResponse(site.page("why", facts))


def _chosen(backend: Backend, number: str) -> Run:
    run = run_of(backend, number) if number else last_run(backend)
    if run is None:
        raise UnknownHashError("no run is recorded here yet")
    return run


def why_run(site: Site, request: Request) -> Response:
    """Why the steps of a run ran: those together that ran for the same reasons."""
    run = run_of(site.backend, request.path_params["number"])
    found = reasons(site.backend, run, for_groups=True)
    groups, others, found = told_groups(site.backend, found)
    lines = [str(summary_line(found))]
    for group in groups:
        lines += ["", *(str(line) for line in group_lines(group, found))]
    if others:
        lines += ["", f"... and {others:,} other groups"]
    facts = {"run": run, "step": "", "label": f"run {run.number}", "text": "\n".join(lines)}
    return HTMLResponse(site.page("why", facts))
