"""What an open page costs: nothing when nobody looks, and little while nothing happens."""

from __future__ import annotations

import asyncio
from collections import Counter

import msgspec
import pytest
from starlette.requests import Request

import funsies as f
from funsies.page.access import COOKIE, Access
from funsies.page.app import make_app
from funsies.page.site import LivePage, Site
from funsies.page.steps import look_at_step, step_pulse
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
def gathered():
    """The page of a server, and a step with many inputs that was run there."""
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
    events: list[bytes] = []

    def pulse(_site: Site, _request: Request) -> object:
        return next(pulses, None) or site.is_closing.set()

    def look(_site: Site, _request: Request) -> dict:
        looked.append("looked")
        return {"said": f"text {min(len(looked), 2)}"}

    async def follow() -> None:
        headers = [(b"accept", b"text/event-stream")]
        scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
        answer = await LivePage(site, "trouble", look, pulse).answer(Request(scope))
        events.extend([each async for each in answer.body_iterator])

    asyncio.run(follow())
    assert len(looked) == 4, "for 1, 2, 3, and the end"
    assert len(events) == 2, "what is the same is not sent again"


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
