"""A call that does not reach its server tries again, for as long as it may."""

from __future__ import annotations

import pytest
import redis.exceptions

from funsies.core.errors import NoServerError
from funsies.store import server_retry
from funsies.store.server_retry import ServerRetry

CUTS = [
    redis.exceptions.ConnectionError("Connection closed by server."),
    redis.exceptions.BusyLoadingError("LOADING the dataset in memory"),
    ConnectionResetError(),
]


class Clock:
    """Time passes in it when somebody sleeps, or a command takes long."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Server:
    """It takes a second for each command; the first ones end as is said."""

    def __init__(self, clock: Clock, *ends: Exception) -> None:
        self._clock = clock
        self._ends = list(ends)
        self.asked = 0

    def __call__(self) -> str:
        self.asked += 1
        self._clock.sleep(1.0)
        if self._ends:
            raise self._ends.pop(0)
        return "answer"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(server_retry, "time", clock)
    return clock


retry = ServerRetry("redis://somewhere", "redis://somewhere")


@pytest.mark.parametrize("cut", CUTS, ids=repr)
def test_a_cut_is_outlived_on_a_busy_machine_by_who_does_not_wait_for_a_server(
    clock: Clock, cut: Exception
) -> None:
    server = Server(clock, cut)
    assert retry(server, max_outage_seconds=0) == "answer"


def test_a_server_that_stays_away_is_not_waited_for_then(clock: Clock) -> None:
    server = Server(clock, *10 * CUTS[:1])
    with pytest.raises(NoServerError):
        retry(server, max_outage_seconds=0)
    assert server.asked == 2


def test_a_server_that_is_silent_is_not_asked_twice_then(clock: Clock) -> None:
    server = Server(clock, redis.exceptions.TimeoutError("Timeout reading from socket"))
    with pytest.raises(NoServerError):
        retry(server, max_outage_seconds=0)
    assert server.asked == 1


def test_a_long_outage_is_waited_for_as_long_as_was_said(clock: Clock) -> None:
    server = Server(clock, *1000 * CUTS[:1])
    with pytest.raises(NoServerError):
        retry(server, max_outage_seconds=30)
    assert 30 < clock.now < 33
