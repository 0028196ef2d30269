"""What the pages share, and how they stay up to date.

That is the connection, the secrets, and how they are written. A page has one address: as a
document, or as a stream of events.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

from jinja2 import Environment, FileSystemLoader
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse

from funsies.config.server import ResolvedServer
from funsies.core.cutting import printable
from funsies.core.digest import short_hash
from funsies.core.errors import FunsiesError
from funsies.history.step_names import Naming
from funsies.report.escaping import escaping_environment
from funsies.report.numbers import counted, shown_bytes, shown_seconds
from funsies.report.runs import facts_of, program_of, shown_time
from funsies.session import Session
from funsies.session.fun import command_recorded
from funsies.store.connect import Backend

from .access import Access
from .reading import DefinitionCache

PLACE: Final = Path(__file__).parent


def _shown_time(seconds: float | None) -> str:
    """A moment, by the clock of this machine; nothing if there is none."""
    return "" if seconds is None else shown_time(seconds)


def _templates() -> Environment:
    made = escaping_environment(FileSystemLoader(PLACE / "templates"))
    made.filters |= {
        "printable": printable,
        "program": program_of,
        "facts": facts_of,
        "short_hash": short_hash,
        "shown_bytes": shown_bytes,
        "shown_seconds": shown_seconds,
        "shown_time": _shown_time,
        "counted": counted,
    }
    return made


@dataclass(frozen=True, slots=True)
class Site:
    """What the pages share.

    Attributes:
        server: what is looked at.
        backend: the connection to it.
        access: the secrets.
        is_closing: set when the page ends, in the thread of its event loop.
        naming: knows what steps are called.
        definitions: of the steps that were looked at.
    """

    server: ResolvedServer
    backend: Backend
    access: Access
    is_closing: asyncio.Event = field(default_factory=asyncio.Event)
    naming: Naming = field(init=False)
    definitions: DefinitionCache = field(default_factory=DefinitionCache)
    _environment: Environment = field(default_factory=_templates)

    def __post_init__(self) -> None:
        """Steps are called in the same way on all pages."""
        object.__setattr__(self, "naming", Naming(self.backend, by_thread=True))

    def session(self) -> AbstractContextManager[Session]:
        """A session for what a button asks for: a run of its own, which ends at once."""
        return command_recorded(Session(self.server, self.backend))

    def page(self, name: str, facts: Mapping[str, Any]) -> str:
        """Write a page."""
        return self._write(name, {"live": f"{name}.live.html", **facts})

    def live(self, name: str, facts: Mapping[str, Any]) -> str:
        """Write the part of a page that changes."""
        return self._write(f"{name}.live", facts)

    def _write(self, template: str, facts: Mapping[str, Any]) -> str:
        found = self._environment.get_template(f"{template}.html")
        return found.render(self._with_common(facts))

    def _with_common(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "root": self.access.root,
            "form": self.access.form,
            "server": self.server.shown,
            **facts,
        }


TICK_SECONDS: Final = 0.5
"""Shortest pause between two looks at whether something has changed."""

REST: Final = 4
"""A page that takes long to be written rests for so many times as long."""

STREAM: Final = "text/event-stream"

Facts: TypeAlias = Mapping[str, Any]


def _nothing(_site: Site, _request: Request) -> Facts:
    return {}


def _alone(_site: Site, _request: Request) -> AbstractContextManager[object]:
    return nullcontext()


@dataclass(frozen=True, slots=True)
class LivePage:
    """A page.

    Whoever asks for it as a stream is sent its changing part whenever that has changed.

    Attributes:
        site: what the pages share.
        name: of its template.
        look: finds what is shown.
        pulse: is cheap, and differs when another look may be worth it.
        once: finds what is shown besides, and never changes.
        accompany: what is held open as long as somebody follows the page.
    """

    site: Site
    name: str
    look: Callable[[Site, Request], Facts]
    pulse: Callable[[Site, Request], object]
    once: Callable[[Site, Request], Facts] = _nothing
    accompany: Callable[[Site, Request], AbstractContextManager[object]] = _alone

    async def answer(self, request: Request) -> Response:
        """Answer a request."""
        if STREAM in request.headers.get("accept", ""):
            return StreamingResponse(self._events(request), media_type=STREAM)
        return HTMLResponse(await run_in_threadpool(self._whole, request))

    def _whole(self, request: Request) -> str:
        facts = {**self.once(self.site, request), **self.look(self.site, request)}
        return self.site.page(self.name, facts)

    async def _events(self, request: Request) -> AsyncIterator[str]:
        with ExitStack() as held:
            # In a thread: the server may be away, and other pages must not wait for that.
            await run_in_threadpool(held.enter_context, self.accompany(self.site, request))
            async for event in self._news_of(request):
                yield event

    async def _news_of(self, request: Request) -> AsyncIterator[str]:
        pulse: object = None
        sent: tuple[str, str] | None = None
        while not self.site.is_closing.is_set():
            began = time.monotonic()
            new, pulse = await run_in_threadpool(self._news, request, pulse)
            pause = max(TICK_SECONDS, REST * (time.monotonic() - began))
            if new is not None and new != sent:
                yield _event(*new)
                sent = new
            await self._rest(pause)

    async def _rest(self, seconds: float) -> None:
        """Pause, unless the page ends meanwhile."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.site.is_closing.wait(), seconds)

    def _news(self, request: Request, before: object) -> tuple[tuple[str, str] | None, object]:
        """What is to be sent, if anything, and the pulse."""
        try:
            pulse = self.pulse(self.site, request)
            if pulse == before:
                return None, pulse
            return ("live", self.site.live(self.name, self.look(self.site, request))), pulse
        except FunsiesError as problem:
            return ("trouble", str(problem)), None


def _event(kind: str, text: str) -> str:
    """An event; JSON keeps it on one line."""
    return f"event: {kind}\ndata: {json.dumps(text)}\n\n"
