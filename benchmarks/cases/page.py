"""The page of ``funsies ui``: what the server needs to write each, with ``n`` steps there."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from harness import Figures, Setting, run_to_end, server_and_workers, spread
from starlette.types import ASGIApp, Message, Scope

from funsies.page.app import make_app
from funsies.page.desk import Desk
from funsies.page.door import COOKIE, HOST, Pass
from funsies.session import Session

from .graph import noop, wide_graph

OK = 200
PORT = 1


def measure(setting: Setting) -> Figures:
    """Milliseconds from the request to the last byte of the answer, without the network."""
    with server_and_workers(setting.workers) as session:
        target, expected, _ = wide_graph(setting.n, 0)
        run_to_end(target, expected)
        reader = _reader(session)
        pages = {
            "tasks": "",
            "runs": "runs",
            "run": "runs/1",
            "steps": "steps",
            "failed": "steps?state=failed",  # there are none: as many are looked at as may be
            "step": f"steps/{noop(0).hash}",
            "gathering_step": f"steps/{target.hash}",  # it has n inputs
            "graph": "graph",
            "workers": "workers",
        }
        figures: Figures = {}
        for name, path in pages.items():
            reader.milliseconds(path)  # the first one compiles its template
            times = [reader.milliseconds(path) for _ in range(setting.repeats)]
            figures |= spread(f"{name}_ms", times, digits=1)
        return figures


def _reader(session: Session) -> _Reader:
    given = Pass(PORT)
    desk = Desk(session.server, session.backend, given)
    return _Reader(make_app(desk), given)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Somebody who was let in."""

    app: ASGIApp
    given: Pass

    def milliseconds(self, path: str) -> float:
        """How long a page takes.

        Raises:
            RuntimeError: if it is not there.
        """
        started = time.perf_counter()
        status = asyncio.run(self._ask(path))
        milliseconds = (time.perf_counter() - started) * 1000
        if status != OK:
            raise RuntimeError(f"{path!r} answers {status}")
        return milliseconds

    async def _ask(self, path: str) -> int:
        sent: list[Message] = []
        plain, _, query = path.partition("?")
        headers = {"host": f"{HOST}:{PORT}", "cookie": f"{COOKIE}={self.given.visit}"}
        scope: Scope = {
            "type": "http",
            "method": "GET",
            "path": self.given.root + plain,
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        return int(sent[0]["status"])
