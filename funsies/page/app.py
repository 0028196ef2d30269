"""The page as a web application: addresses, and what answers them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, TypeAlias

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from funsies.core.errors import FunsiesError, UnknownHashError

from .actions import Asking, about_run, about_step
from .desk import PLACE, Desk
from .door import Door
from .downloads import download, picture
from .drawing import GraphPage
from .live import LivePage
from .runs import RunPages, look_at_runs, run_pulse, runs_pulse
from .steps import (
    counts_pulse,
    following_step,
    look_at_code,
    look_at_step,
    look_at_steps,
    look_at_tasks,
    step_pulse,
    steps_pulse,
)
from .value import look_at_value, value_pulse
from .why import why_run, why_step
from .workers import WorkersPage, workers_pulse

Answer: TypeAlias = Callable[[Desk, Request], Response]

NOT_FOUND: Final = 404
UNAVAILABLE: Final = 503
_FORM: Final = ["GET", "POST"]


def make_app(desk: Desk) -> ASGIApp:
    """Make the application; nobody gets past its door without the token."""
    graph, runs, workers = GraphPage(), RunPages(), WorkersPage(desk)
    step = LivePage(
        desk, "step", look_at_step, step_pulse, once=look_at_code, accompany=following_step
    )
    routes = [
        Route("/", LivePage(desk, "tasks", look_at_tasks, counts_pulse).answer),
        Route("/steps", LivePage(desk, "steps", look_at_steps, steps_pulse).answer),
        Route("/steps/{hash}", step.answer),
        Route("/steps/{hash}/why", _plain(desk, why_step)),
        Route("/steps/{hash}/{action}", Asking(desk, about_step).answer, methods=_FORM),
        Route("/runs", LivePage(desk, "runs", look_at_runs, runs_pulse).answer),
        Route("/runs/{number}", LivePage(desk, "run", runs.look, run_pulse).answer),
        Route("/runs/{number}/why", _plain(desk, why_run)),
        Route("/runs/{number}/cancel", Asking(desk, about_run).answer, methods=_FORM),
        Route("/graph", LivePage(desk, "graph", graph.look, graph.pulse).answer),
        Route("/values/{hash}", LivePage(desk, "value", look_at_value, value_pulse).answer),
        Route("/values/{hash}/bytes", _plain(desk, download)),
        Route("/values/{hash}/picture", _plain(desk, picture)),
        Route("/workers", LivePage(desk, "workers", workers.look, workers_pulse).answer),
        Mount("/static", StaticFiles(directory=PLACE / "static")),
    ]
    explained = partial(_explained, desk)
    app = Starlette(
        routes=[Mount(desk.given.root.rstrip("/"), routes=routes)],
        exception_handlers={FunsiesError: explained, NOT_FOUND: explained},
    )
    return Door(app, desk.given)


def _plain(desk: Desk, answer: Answer) -> Callable[[Request], Response]:
    """What answers without an event loop, in a thread of its own."""

    def answered(request: Request) -> Response:
        return answer(desk, request)

    return answered


def _explained(desk: Desk, _request: Request, problem: Exception) -> Response:
    """Say what is wrong: nothing is there, or the server does not answer."""
    is_known = isinstance(problem, FunsiesError) and not isinstance(problem, UnknownHashError)
    said = str(problem) if isinstance(problem, FunsiesError) else "there is no such page"
    return HTMLResponse(
        desk.page("trouble", {"said": said}), status_code=UNAVAILABLE if is_known else NOT_FOUND
    )
