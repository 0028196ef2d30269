"""What an open page costs: nothing when nobody looks, and little while nothing happens."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from contextlib import contextmanager

import msgspec
import pytest
from starlette.requests import Request

import funsies as f
from funsies.history import step_names
from funsies.page.access import COOKIE, Access
from funsies.page.app import make_app
from funsies.page.site import LivePage, Site
from funsies.page.steps import following_step, look_at_step, step_pulse
from funsies.page.values import look_at_value, value_pulse

PORT = 8000


class Counted:
    """A store that counts what it is asked."""

    def __init__(self, graph) -> None:
        self._graph = graph
        self.calls: Counter[str] = Counter()

    def __getattr__(self, name: str):
        found = getattr(self._graph, name)
        if not callable(found):
            return found

        def counted(*arguments, **keywords):
            self.calls[name] += 1
            return found(*arguments, **keywords)

        return counted


@pytest.fixture
def gathered(monkeypatch: pytest.MonkeyPatch):
    """The page of a server, and a step with many inputs that was run there."""
    monkeypatch.setattr(step_names, "PATIENCE_SECONDS", 60.0)  # labels are known at once
    with f.Fun(f.Server("memory://")) as session:
        step = f.gather([f.reduce(float, number) for number in range(50)])
        f.execute(step)
        graph = Counted(session.backend.graph)
        site = Site(
            session.server, msgspec.structs.replace(session.backend, graph=graph), Access(PORT)
        )
        yield site, graph, step


def request_for(name: str) -> Request:
    return Request({"type": "http", "path_params": {"hash": name}})


def test_the_definition_of_a_step_is_read_once(gathered) -> None:
    site, graph, step = gathered
    request = request_for(step.producer.hex())
    look_at_step(site, request)
    before = graph.calls["operations"]
    look_at_step(site, request)
    step_pulse(site, request)
    assert graph.calls["operations"] == before > 0
    assert graph.calls["find"] == 0


def test_no_hashes_are_searched_for_a_value(gathered) -> None:
    site, graph, step = gathered
    request = request_for(step.digest.hex())
    assert look_at_value(site, request)["producer"] == step.producer
    before = value_pulse(site, request)
    assert value_pulse(site, request) == before
    assert graph.calls["find"] == 0
    graph.reset([step.producer])
    assert value_pulse(site, request) != before


def test_a_page_is_written_anew_when_its_pulse_differs_and_sent_when_it_does(
    gathered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("funsies.page.site.TICK_SECONDS", 0.0)
    site, _, _ = gathered
    pulses = iter([1, 1, 2, 2, 2, 3, 3])
    looked: list[str] = []
    events: list[str] = []

    def pulse(_site: Site, _request: Request) -> object:
        return next(pulses, None) or site.is_closing.set()

    def look(_site: Site, _request: Request) -> dict:
        looked.append("looked")
        return {"said": f"text {min(len(looked), 2)}"}

    async def follow() -> None:
        sent = await stream_of(LivePage(site, "trouble", look, pulse))
        events.extend([each async for each in sent])

    asyncio.run(follow())
    assert len(looked) == 4, "for 1, 2, 3, and the end"
    assert len(events) == 2, "what is the same is not sent again"


def followed(site: Site, **options) -> LivePage:
    """A page that is the same each time."""
    return LivePage(site, "trouble", lambda *_: {"said": "text"}, lambda *_: 1, **options)


async def stream_of(page: LivePage):
    """What is sent to somebody who follows a page."""
    headers = [(b"accept", b"text/event-stream")]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
    answer = await page.answer(Request(scope))
    return aiter(answer.body_iterator)


def test_a_page_that_rests_ends_at_once(gathered, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that takes a second to be written rests for four."""
    monkeypatch.setattr("funsies.page.site.TICK_SECONDS", 3600.0)
    site, _, _ = gathered

    async def follow() -> list[str]:
        events = await stream_of(followed(site))
        sent = [await anext(events)]
        asyncio.get_running_loop().call_soon(site.is_closing.set)
        return sent + [each async for each in events]

    sent = asyncio.run(asyncio.wait_for(follow(), 60))
    assert len(sent) == 1


def test_other_pages_are_answered_while_one_waits_to_listen(gathered) -> None:
    """As it does when the server is away."""
    site, _, _ = gathered
    others = threading.Event()

    @contextmanager
    def waits(*_):
        assert others.wait(30)
        yield

    async def follow() -> None:
        events = await stream_of(followed(site, accompany=waits))
        asyncio.get_running_loop().call_soon(others.set)
        assert await anext(events)
        await events.aclose()

    asyncio.run(follow())


def test_who_could_not_watch_does_not_go_on_listening(
    gathered, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server went away in between."""
    site, graph, step = gathered
    heard = []

    def away(client: str, _operations) -> None:
        heard.append((client, graph.news.is_heard(client)))
        raise f.errors.NoServerError("away")

    monkeypatch.setattr(graph, "watch", away, raising=False)
    with following_step(site, request_for(step.producer.hex())):
        pass
    ((client, was_heard),) = heard
    assert was_heard
    assert not graph.news.is_heard(client)


@pytest.mark.parametrize("path", ["", "runs", "steps"])
def test_nothing_is_looked_at_when_the_browser_has_left(gathered, path: str) -> None:
    site, graph, _ = gathered
    app = make_app(site)

    async def visit() -> None:
        """Leave when the first event has come; the stream ends by itself."""
        has_come = asyncio.Event()
        scope = {
            "type": "http",
            "method": "GET",
            "path": site.access.root + path,
            "root_path": "",
            "query_string": b"",
            "headers": [
                (b"host", f"127.0.0.1:{PORT}".encode()),
                (b"cookie", f"{COOKIE}={site.access.visit}".encode()),
                (b"accept", b"text/event-stream"),
            ],
        }

        async def receive() -> dict:
            await has_come.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict) -> None:
            if message.get("body"):
                has_come.set()

        await asyncio.wait_for(app(scope, receive, send), 20)

    asyncio.run(visit())
    assert not site.is_closing.is_set()
    assert graph.calls.total() > 0
