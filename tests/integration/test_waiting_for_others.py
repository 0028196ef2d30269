"""Waiting for what another program executes: now, later, or long ago."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import pytest

import funsies as f
from funsies.client import stalls, waiting
from funsies.core.errors import WaitTimeoutError

SECONDS = 30.0


def double(number: int) -> int:
    return 2 * number


def built() -> f.Artefact[int]:
    return f.reduce(double, f.reduce(double, 3))


def waited_for(server: f.Server) -> int:
    with f.Fun(server):
        total = built()
        f.wait_for(total, timeout=SECONDS)
        return f.take(total)


def executing(server: f.Server) -> f.Fun:  # type: ignore[valid-type]
    return f.Fun(server, f.options(distributed=False))


@pytest.fixture
def server(redis_url: str) -> f.Server:
    return f.Server(redis_url)


@pytest.fixture
def hint(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Set when somebody is said to wait for what nobody has asked for."""
    monkeypatch.setattr(stalls, "UNASKED_SECONDS", 0.0)
    said = threading.Event()
    handler = logging.Handler()
    handler.emit = lambda _record: said.set()  # type: ignore[method-assign]
    stalls.logger.addHandler(handler)
    yield said
    stalls.logger.removeHandler(handler)


@pytest.fixture
def in_background() -> Iterator[Callable[[Callable[[], object]], Future[object]]]:
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit


def test_what_another_program_executes_later_is_waited_for(server, hint, in_background) -> None:
    answer = in_background(partial(waited_for, server))
    assert hint.wait(SECONDS)
    with executing(server):
        f.execute(built())
    assert answer.result(SECONDS) == 12


def test_what_is_waited_for_can_be_executed_by_its_hash(server, hint, in_background) -> None:
    """It was written when the wait began, though its block has not ended."""
    answer = in_background(partial(waited_for, server))
    assert hint.wait(SECONDS)
    with f.Fun(f.Server("memory://")):
        address = built().hash
    with executing(server):
        f.execute(f.get(address))
    assert answer.result(SECONDS) == 12


def test_what_was_found_by_its_hash_is_waited_for(server, hint, in_background) -> None:
    with f.Fun(server):
        address = built().hash

    def waiter() -> int:
        with f.Fun(server):
            total = f.get(address)
            f.wait_for(total, timeout=SECONDS)
            return f.take(total)

    answer = in_background(waiter)
    assert hint.wait(SECONDS)
    with executing(server):
        f.execute(built())
    assert answer.result(SECONDS) == 12


def test_what_was_executed_before_is_there_at_once(server) -> None:
    with executing(server):
        f.execute(built())
    with f.Fun(server):
        f.wait_for(built(), f.get(built().hash), timeout=0)


def test_of_several_the_one_that_nobody_asked_for_is_named(server, hint, caplog) -> None:
    with executing(server):
        asked, other = built(), f.reduce(double, 5)
        f.execute(asked)
        with pytest.raises(WaitTimeoutError) as raised:
            f.wait_for(asked, other, timeout=0.1)
    for text in (str(raised.value), caplog.text):
        assert "nobody has asked for yet" in text
        assert f"funsies execute {other.producer.hex()[:10]}" in text
        assert asked.producer.hex()[:10] not in text


def test_the_hint_comes_once_and_late(server, caplog, monkeypatch) -> None:
    monkeypatch.setattr(stalls, "UNASKED_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(waiting, "UNASKED_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(stalls, "UNASKED_SECONDS", 600.0)
    with f.Fun(server):
        with pytest.raises(WaitTimeoutError):
            f.wait_for(built(), timeout=0.2)
        assert caplog.text == ""
        monkeypatch.setattr(stalls, "UNASKED_SECONDS", 0.0)  # it is due at the first look
        with pytest.raises(WaitTimeoutError):
            f.wait_for(built(), timeout=0.4)
    assert caplog.text.count("nobody has asked") == 1
