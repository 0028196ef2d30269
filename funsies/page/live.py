"""A page that is kept up to date: the same address, as a document or as a stream of events."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse

from funsies.core.errors import FunsiesError

from .desk import Desk

TICK_SECONDS: Final = 0.5
"""Shortest pause between two looks at whether something has changed."""

REST: Final = 4
"""A page that takes long to be written rests for so many times as long."""

STREAM: Final = "text/event-stream"

Facts: TypeAlias = Mapping[str, Any]


def _nothing(_desk: Desk, _request: Request) -> Facts:
    return {}


def _alone(_desk: Desk, _request: Request) -> AbstractContextManager[object]:
    return nullcontext()


@dataclass(frozen=True, slots=True)
class LivePage:
    """A page.

    Whoever asks for it as a stream is sent its changing part whenever that has changed.

    Attributes:
        desk: what the pages share.
        name: of its template.
        look: finds what is shown.
        pulse: is cheap, and differs when another look may be worth it.
        once: finds what is shown besides, and never changes.
        accompany: what is held open as long as somebody follows the page.
    """

    desk: Desk
    name: str
    look: Callable[[Desk, Request], Facts]
    pulse: Callable[[Desk, Request], object]
    once: Callable[[Desk, Request], Facts] = _nothing
    accompany: Callable[[Desk, Request], AbstractContextManager[object]] = _alone

    async def answer(self, request: Request) -> Response:
        """Answer a request."""
        if STREAM in request.headers.get("accept", ""):
            return StreamingResponse(self._events(request), media_type=STREAM)
        return HTMLResponse(await run_in_threadpool(self._whole, request))

    def _whole(self, request: Request) -> str:
        facts = {**self.once(self.desk, request), **self.look(self.desk, request)}
        return self.desk.page(self.name, facts)

    async def _events(self, request: Request) -> AsyncIterator[str]:
        with self.accompany(self.desk, request):
            async for event in self._news_of(request):
                yield event

    async def _news_of(self, request: Request) -> AsyncIterator[str]:
        pulse: object = None
        sent: tuple[str, str] | None = None
        while not self.desk.is_closing.is_set():
            began = time.monotonic()
            new, pulse = await run_in_threadpool(self._news, request, pulse)
            pause = max(TICK_SECONDS, REST * (time.monotonic() - began))
            if new is not None and new != sent:
                yield _event(*new)
                sent = new
            await asyncio.sleep(pause)

    def _news(self, request: Request, before: object) -> tuple[tuple[str, str] | None, object]:
        """What is to be sent, if anything, and the pulse."""
        try:
            pulse = self.pulse(self.desk, request)
            if pulse == before:
                return None, pulse
            return ("live", self.desk.live(self.name, self.look(self.desk, request))), pulse
        except FunsiesError as problem:
            return ("trouble", str(problem)), None


def _event(kind: str, text: str) -> str:
    """An event; JSON keeps it on one line."""
    return f"event: {kind}\ndata: {json.dumps(text)}\n\n"
