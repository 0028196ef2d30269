"""The page of ``funsies ui``: what it costs to load each page, and to keep it open."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from graphs import noop, wide_graph
from harness import Case, Figures, Setting, run_to_end, server_and_workers, spread
from starlette.types import ASGIApp, Message, Scope

from funsies.page.access import COOKIE, HOST, Access
from funsies.page.app import make_app
from funsies.page.site import Site
from funsies.session import Session

CASE = Case(
    "the page of funsies ui with n steps on the server: each of its pages",
    n=1000,
    quick_n=20,
    unit="steps",
)


OK = 200
PORT = 1
OPEN_SECONDS, QUICK_OPEN_SECONDS = 2.0, 0.1
"""So long a page is kept open on which nothing happens."""


def measure(setting: Setting) -> Figures:
    """With ``n`` steps there, for each page, without the network.

    Milliseconds from the request to the last byte, and how many bytes; CPU time and bytes of an
    event, by which an open page is written anew; and CPU time of a second in which nothing
    happens. CPU time is that of the process of the page, without the server.
    """
    with server_and_workers(setting.workers) as session, asyncio.Runner() as runner:
        target, expected, _ = wide_graph(setting.n, 0)
        run_to_end(target, expected)
        reader = _reader(session, runner)
        pages = {
            "tasks": "",
            "runs": "runs",
            "run": "runs/1",
            "steps": "steps",
            "failed": "steps?state=failed",  # there are none: as many are looked at as may be
            "step": f"steps/{noop(0).hash}",
            "gathering_step": f"steps/{target.hash}",  # it has n inputs
            "value": f"values/{target.hash}",
            "graph": "graph",
            "workers": "workers",
        }
        open_seconds = OPEN_SECONDS if setting.n > CASE.quick_n else QUICK_OPEN_SECONDS
        figures: Figures = {}
        for name, path in pages.items():
            figures[f"{name}_first_ms"] = round(reader.load(path).milliseconds, 1)
            loads = [reader.load(path) for _ in range(setting.repeats)]
            figures |= spread(f"{name}_ms", [each.milliseconds for each in loads], digits=1)
            figures[f"{name}_bytes"] = loads[-1].size_bytes
            event = reader.follow(path, 0)
            figures[f"{name}_event_cpu_ms"] = round(event.cpu_milliseconds, 1)
            figures[f"{name}_event_bytes"] = event.size_bytes
            idle = reader.follow(path, open_seconds)
            cpu_ms = (idle.cpu_milliseconds - event.cpu_milliseconds) / open_seconds
            figures[f"{name}_idle_cpu_ms_a_second"] = round(max(0.0, cpu_ms), 1)
        return figures


def _reader(session: Session, runner: asyncio.Runner) -> _Reader:
    given = Access(PORT)
    site = Site(session.server, session.backend, given)
    return _Reader(make_app(site), given, runner)


@dataclass(slots=True)
class _Cost:
    """What an answer has cost.

    Attributes:
        milliseconds: from the request to the last byte.
        cpu_milliseconds: of this process.
        size_bytes: of the body.
        status: of HTTP.
    """

    milliseconds: float = 0.0
    cpu_milliseconds: float = 0.0
    size_bytes: int = 0
    status: int = 0


@dataclass(frozen=True, slots=True)
class _Reader:
    """Somebody who was let in; all pages are asked for in one event loop, as of a server."""

    app: ASGIApp
    given: Access
    runner: asyncio.Runner

    def load(self, path: str) -> _Cost:
        """Read a page."""

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        return self._ask(path, lambda _: receive)

    def follow(self, path: str, seconds: float) -> _Cost:
        """Have a page kept up to date, until so long after its first event."""

        def leaving(has_come: asyncio.Event) -> Callable[[], Awaitable[Message]]:
            async def receive() -> Message:
                await has_come.wait()
                await asyncio.sleep(seconds)
                return {"type": "http.disconnect"}

            return receive

        return self._ask(path, leaving, (b"accept", b"text/event-stream"))

    def _ask(
        self,
        path: str,
        receiving: Callable[[asyncio.Event], Callable[[], Awaitable[Message]]],
        *more: tuple[bytes, bytes],
    ) -> _Cost:
        cost = _Cost()
        plain, _, query = path.partition("?")
        headers = {"host": f"{HOST}:{PORT}", "cookie": f"{COOKIE}={self.given.visit}"}
        scope: Scope = {
            "type": "http",
            "method": "GET",
            "path": self.given.root + plain,
            "root_path": "",
            "query_string": query.encode(),
            "headers": [*((n.encode(), value.encode()) for n, value in headers.items()), *more],
        }

        async def answered() -> None:
            has_come = asyncio.Event()

            async def send(message: Message) -> None:
                cost.status = message.get("status", cost.status)
                cost.size_bytes += len(message.get("body", b""))
                if message.get("body"):
                    has_come.set()

            await self.app(scope, receiving(has_come), send)

        began, cpu = time.perf_counter(), time.process_time()
        self.runner.run(answered())
        cost.milliseconds = (time.perf_counter() - began) * 1000
        cost.cpu_milliseconds = (time.process_time() - cpu) * 1000
        if cost.status != OK:
            raise RuntimeError(f"{path!r} answers {cost.status}")
        return cost
