"""What an open page costs: nothing when nobody looks, and little while nothing happens."""

from __future__ import annotations

import asyncio
import dataclasses
from collections import Counter

import pytest
from starlette.requests import Request

import funsies as f
from funsies.page.app import make_app
from funsies.page.desk import Desk
from funsies.page.door import COOKIE, Pass
from funsies.page.live import LivePage
from funsies.page.steps import look_at_step, step_pulse
from funsies.page.value import look_at_value, value_pulse

PORT = 8000


class Counted:
    """A store that counts what it is asked."""

    def __init__(self, graph) -> None:
        self._graph = graph
        self.calls: Counter[str] = Counter()

    def __getattr__(self, name: str):
        found = getattr(self._graph, name)

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
        desk = Desk(
            session.server, dataclasses.replace(session.backend, graph=graph), Pass(PORT)
        )
        yield desk, graph, step


def request_for(name: str) -> Request:
    return Request({"type": "http", "path_params": {"hash": name}})


def test_the_definition_of_a_step_is_read_once(gathered) -> None:
    desk, graph, step = gathered
    request = request_for(step.producer.hex())
    look_at_step(desk, request)
    before = graph.calls["operation"]
    look_at_step(desk, request)
    step_pulse(desk, request)
    assert graph.calls["operation"] == before > 0
    assert graph.calls["find"] == 0


def test_no_hashes_are_searched_for_a_value(gathered) -> None:
    desk, graph, step = gathered
    request = request_for(step.digest.hex())
    assert look_at_value(desk, request)["producer"] == step.producer
    before = value_pulse(desk, request)
    assert value_pulse(desk, request) == before
    assert graph.calls["find"] == 0
    graph.reset([step.producer])
    assert value_pulse(desk, request) != before


def test_a_page_is_written_anew_when_its_pulse_differs_and_sent_when_it_does(
    gathered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("funsies.page.live.TICK_SECONDS", 0.0)
    desk, _, _ = gathered
    pulses = iter([1, 1, 2, 2, 2, 3, 3])
    looked: list[str] = []
    events: list[bytes] = []

    def pulse(_desk: Desk, _request: Request) -> object:
        return next(pulses, None) or desk.is_closing.set()

    def look(_desk: Desk, _request: Request) -> dict:
        looked.append("looked")
        return {"said": f"text {min(len(looked), 2)}"}

    async def follow() -> None:
        headers = [(b"accept", b"text/event-stream")]
        scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
        answer = await LivePage(desk, "trouble", look, pulse).answer(Request(scope))
        events.extend([each async for each in answer.body_iterator])

    asyncio.run(follow())
    assert len(looked) == 4, "for 1, 2, 3, and the end"
    assert len(events) == 2, "what is the same is not sent again"


@pytest.mark.parametrize("path", ["", "runs", "steps"])
def test_nothing_is_looked_at_when_the_browser_has_left(gathered, path: str) -> None:
    desk, graph, _ = gathered
    app = make_app(desk)

    async def visit() -> None:
        """Leave when the first event has come; the stream ends by itself."""
        has_come = asyncio.Event()
        scope = {
            "type": "http",
            "method": "GET",
            "path": desk.given.root + path,
            "root_path": "",
            "query_string": b"",
            "headers": [
                (b"host", f"127.0.0.1:{PORT}".encode()),
                (b"cookie", f"{COOKIE}={desk.given.visit}".encode()),
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
    assert not desk.is_closing.is_set()
    assert graph.calls.total() > 0
