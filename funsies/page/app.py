"""The page as a web application: addresses, what answers them, and serving them."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, TypeAlias

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp
from typing_extensions import override

from funsies.config.urls import ConfigurationError
from funsies.core.errors import FunsiesError, UnknownHashError
from funsies.session import Session

from .access import HOST, Access, AccessMiddleware
from .actions import Asking, about_run, about_step
from .drawing import GraphPage
from .runs import RunPages, look_at_runs, run_pulse, runs_pulse, why_run, why_step
from .site import PLACE, LivePage, Site
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
from .values import download, look_at_value, picture, value_pulse
from .workers import WorkersPage, workers_pulse

Answer: TypeAlias = Callable[[Site, Request], Response]

NOT_FOUND: Final = 404
UNAVAILABLE: Final = 503
_FORM: Final = ["GET", "POST"]


def make_app(site: Site) -> ASGIApp:
    """Make the application; nobody gets in without the token."""
    graph, runs, workers = GraphPage(), RunPages(), WorkersPage(site)
    step = LivePage(
        site, "step", look_at_step, step_pulse, once=look_at_code, accompany=following_step
    )
    routes = [
        Route("/", LivePage(site, "tasks", look_at_tasks, counts_pulse).answer),
        Route("/steps", LivePage(site, "steps", look_at_steps, steps_pulse).answer),
        Route("/steps/{hash}", step.answer),
        Route("/steps/{hash}/why", _plain(site, why_step)),
        Route("/steps/{hash}/{action}", Asking(site, about_step).answer, methods=_FORM),
        Route("/runs", LivePage(site, "runs", look_at_runs, runs_pulse).answer),
        Route("/runs/{number}", LivePage(site, "run", runs.look, run_pulse).answer),
        Route("/runs/{number}/why", _plain(site, why_run)),
        Route("/runs/{number}/cancel", Asking(site, about_run).answer, methods=_FORM),
        Route("/graph", LivePage(site, "graph", graph.look, graph.pulse).answer),
        Route("/values/{hash}", LivePage(site, "value", look_at_value, value_pulse).answer),
        Route("/values/{hash}/bytes", _plain(site, download)),
        Route("/values/{hash}/picture", _plain(site, picture)),
        Route("/workers", LivePage(site, "workers", workers.look, workers_pulse).answer),
        Mount("/static", StaticFiles(directory=PLACE / "static")),
    ]
    explained = partial(_explained, site)
    app = Starlette(
        routes=[Mount(site.access.root.rstrip("/"), routes=routes)],
        exception_handlers={FunsiesError: explained, NOT_FOUND: explained},
    )
    return AccessMiddleware(app, site.access)


def _plain(site: Site, answer: Answer) -> Callable[[Request], Response]:
    """What answers without an event loop, in a thread of its own."""

    def answered(request: Request) -> Response:
        return answer(site, request)

    return answered


def _explained(site: Site, _request: Request, problem: Exception) -> Response:
    """Say what is wrong: nothing is there, or the server does not answer."""
    is_known = isinstance(problem, FunsiesError) and not isinstance(problem, UnknownHashError)
    said = str(problem) if isinstance(problem, FunsiesError) else "there is no such page"
    return HTMLResponse(
        site.page("trouble", {"said": said}), status_code=UNAVAILABLE if is_known else NOT_FOUND
    )


_WAITING_CONNECTIONS: Final = 128


class _Server(uvicorn.Server):
    """A server whose streams end when it does."""

    def __init__(self, site: Site, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._site = site

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._site.is_closing.set()
        await super().shutdown(sockets)


def serve(session: Session, port: int, tell: Callable[[Access], object]) -> None:
    """Serve the page until Ctrl-C or SIGTERM.

    Args:
        session: what is shown.
        port: on which; 0 for any that is free.
        tell: is given the address, when connections are taken.

    Raises:
        ConfigurationError: if another program has the port.
    """
    with (
        _listening(port) as listener,
        contextlib.suppress(KeyboardInterrupt),
        _ended_by(signal.SIGTERM),
    ):
        site = Site(session.server, session.backend, Access(listener.getsockname()[1]))
        config = uvicorn.Config(
            make_app(site),
            lifespan="off",
            log_level="warning",
            access_log=False,  # it would have the token in it
            server_header=False,
            ws="none",
            timeout_graceful_shutdown=3,
        )
        tell(site.access)
        _Server(site, config).run(sockets=[listener])


@contextlib.contextmanager
def _ended_by(number: signal.Signals) -> Iterator[None]:
    """Have a signal do what Ctrl-C does: whoever serves the page goes on and cleans up."""
    before = signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(number, before)


@contextlib.contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as problem:
            raise ConfigurationError(
                f"port {port} cannot be used: {problem.strerror}; leave out --port to take any "
                "that is free"
            ) from problem
        listener.listen(_WAITING_CONNECTIONS)
        yield listener
