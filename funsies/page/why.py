"""Why steps ran: worked out when somebody asks, since all of a run is compared for it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from funsies.core.errors import UnknownHashError
from funsies.history.runs import Run, last_run
from funsies.history.why import reasons
from funsies.report.why import group_lines, reason_lines, summary_line, told_groups, told_of
from funsies.store.connect import Backend

from .desk import Desk
from .runs import run_of
from .steps import step_of


def why_step(desk: Desk, request: Request) -> Response:
    """Why a step ran, in the last run or in one that is named."""
    backend = desk.backend
    digest = step_of(backend, request)
    run = _chosen(backend, request.query_params.get("run", ""))
    found = reasons(backend, run)
    lines = [str(line) for line in reason_lines(told_of(backend, found, digest), digest)]
    row = desk.definitions.read(backend, digest).row
    label = desk.naming.labels([digest], run.number).of(digest, row.task_name)
    facts = {"run": run, "step": digest.hex(), "label": label, "text": "\n".join(lines)}
    return HTMLResponse(desk.page("why", facts))


def _chosen(backend: Backend, number: str) -> Run:
    run = run_of(backend, number) if number else last_run(backend)
    if run is None:
        raise UnknownHashError("no run is recorded here yet")
    return run


def why_run(desk: Desk, request: Request) -> Response:
    """Why the steps of a run ran: those together that ran for the same reasons."""
    run = run_of(desk.backend, request.path_params["number"])
    found = reasons(desk.backend, run, for_groups=True)
    groups, others, found = told_groups(desk.backend, found)
    lines = [str(summary_line(found))]
    for group in groups:
        lines += ["", *(str(line) for line in group_lines(group, found))]
    if others:
        lines += ["", f"... and {others:,} other groups"]
    facts = {"run": run, "step": "", "label": f"run {run.number}", "text": "\n".join(lines)}
    return HTMLResponse(desk.page("why", facts))
