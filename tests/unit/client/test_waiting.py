"""Waiting costs the server little, and outlives trouble with it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import redis.exceptions

import funsies as f
from funsies.client import local_run, stalls, waiting
from funsies.client.requests import arm
from funsies.client.stalls import UnservedWatch
from funsies.client.waiting import Waiting
from funsies.config import ResolvedServer
from funsies.core.digest import content_digest
from funsies.core.errors import NoServerError, StateLostError
from funsies.engine.timing import Timing
from funsies.run.decision import HandOver
from funsies.run.evaluate import Evaluator
from funsies.session import Session
from funsies.store.memory import MemoryStore
from funsies.store.rows import OperationState, QueueName, Status

TARGETS = [content_digest(b"%d" % number) for number in range(1000)]
QUEUE = QueueName("gpu@3.11")


class OneByOne:
    """A graph whose operations are finished one after the other, each with its own news."""

    def __init__(self) -> None:
        self.looked_at = 0
        self.looks = 0
        self._unfinished = dict.fromkeys(TARGETS)

    def watch(self, _client, operations) -> list[OperationState]:
        self.looked_at += len(operations)
        self.looks += 1
        return self.states(operations)

    def states(self, operations) -> list[OperationState]:
        return [self._state(each) for each in operations]

    def _state(self, operation) -> OperationState:
        is_pending = operation in self._unfinished
        return OperationState(Status.RUNNING if is_pending else Status.DONE)

    @property
    def news(self) -> OneByOne:
        return self

    def subscribe(self, _client) -> OneByOne:
        return self

    def wait(self, _timeout_seconds) -> frozenset[bytes]:
        return frozenset({self._unfinished.popitem()[0]})

    def queues(self) -> dict[QueueName, int]:
        return {QUEUE: 1}

    def close(self) -> None:
        pass


def session_on(graph, *, is_in_process: bool):
    backend = SimpleNamespace(graph=graph, is_in_process=is_in_process)
    return Session(ResolvedServer("redis://nowhere", "redis://nowhere"), backend)


def test_each_target_that_ends_is_not_paid_for_with_a_look_at_all_others():
    graph = OneByOne()
    Waiting(session_on(graph, is_in_process=True), TARGETS).wait()
    assert graph.looked_at <= 3 * len(TARGETS)


class Finished(OneByOne):
    """A graph whose operations are all finished. It cannot be subscribed to."""

    def __init__(self) -> None:
        super().__init__()
        self._unfinished.clear()

    def subscribe(self, _client):
        raise AssertionError("a subscription costs a connection")


def test_what_is_finished_is_waited_for_by_a_look():
    reports = []
    waiting = Waiting(session_on(Finished(), is_in_process=False), TARGETS)
    waiting.wait(report=lambda: reports.append(1))
    assert reports == [1]


def test_progress_is_reported_at_its_own_pace_however_many_steps_end():
    reports = []
    waiting = Waiting(session_on(OneByOne(), is_in_process=True), TARGETS)
    waiting.wait(report=lambda: reports.append(1), report_seconds=3600)
    assert len(reports) == 2  # at once, and at the end


def fail(*_arguments, **_options):
    raise redis.exceptions.ConnectionError("the server is away")


def test_work_that_was_asked_for_is_not_lost_if_workers_cannot_be_called(monkeypatch):
    monkeypatch.setattr("funsies.engine.arming.arm_queues", fail)
    arm(session_on(OneByOne(), is_in_process=False), [QUEUE])


def test_nobody_is_said_to_be_missing_while_the_server_is_away(monkeypatch, caplog):
    monkeypatch.setattr("funsies.engine.arming.count_workers", fail)
    monkeypatch.setattr(stalls, "UNSERVED_SECONDS", 0.0)
    watch = UnservedWatch(session_on(OneByOne(), is_in_process=False))
    watch.look()
    assert watch.queues() == []
    assert not caplog.records


@pytest.fixture
def second_renewal(monkeypatch, tmp_path) -> Iterator[str]:
    """A pipe that can be read from once a lease was renewed, after one attempt in vain."""
    path = str(tmp_path / "renewed")
    os.mkfifo(path)
    pipe = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    attempts: list[str] = []
    renew = MemoryStore.renew

    def renew_or_not(self, slot, fence, *, lease_ms):
        attempts.append(slot)
        if len(attempts) == 1:
            raise NoServerError("no server answers")
        if len(attempts) == 2:
            os.write(pipe, b"again")
        return renew(self, slot, fence, lease_ms=lease_ms)

    monkeypatch.setattr(MemoryStore, "renew", renew_or_not)
    yield path
    os.close(pipe)


def read_some(path: str) -> str:
    with Path(path).open("rb", buffering=0) as pipe:
        return pipe.read(5).decode()


def test_a_long_step_of_this_process_keeps_its_lease_though_the_server_was_away_once(
    monkeypatch, second_renewal
):
    monkeypatch.setattr(local_run, "TIMING", Timing(lease_seconds=0.03))
    with f.Fun(f.Server("memory://")):
        step = f.reduce(read_some, second_renewal, opt=f.options(timeout=30))
        f.execute(step)
        assert f.take(step) == "again"


class BegunError(Exception):
    """A process of its own has begun with a step."""


def test_a_lease_is_kept_while_a_process_of_its_own_begins_with_the_step(monkeypatch):
    """That takes longer than a lease where Python is read from a cold disk."""
    is_renewed = threading.Event()

    def renew(*_, **__) -> bool:
        is_renewed.set()
        return True

    def begins(*_) -> None:
        is_renewed.clear()
        assert is_renewed.wait(30)
        raise BegunError

    monkeypatch.setattr(local_run, "TIMING", Timing(lease_seconds=0.03))
    monkeypatch.setattr(local_run, "run_foreign_step", begins)
    monkeypatch.setattr(Evaluator, "evaluate", lambda *_: HandOver())
    monkeypatch.setattr(MemoryStore, "renew", renew)
    with f.Fun(f.Server("memory://")):
        step = f.reduce(abs, -1)
        with pytest.raises(BegunError):
            f.execute(step)


class OneAfterTheOther:
    """A graph with an operation whose state is another one each time that somebody looks."""

    def __init__(self, *states: Status) -> None:
        self._states = list(states)

    def watch(self, _client, operations) -> list[OperationState]:
        state = self._states.pop(0)
        return [OperationState(state) for _ in operations]

    def states(self, operations) -> list[OperationState]:
        return [OperationState(self._states[0]) for _ in operations]

    def undefined(self, _operations) -> list[object]:
        return []

    @property
    def news(self) -> OneAfterTheOther:
        return self

    def subscribe(self, _client) -> OneAfterTheOther:
        return self

    def wait(self, _timeout_seconds) -> frozenset[bytes]:
        return frozenset()

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    "states",
    [
        [Status.IDLE, Status.IDLE, Status.DONE],
        [Status.IDLE, Status.WAITING, Status.FAILED],
        [Status.RUNNING, Status.DONE],
    ],
)
def test_whatever_others_ask_for_is_waited_for(states: list[Status], monkeypatch) -> None:
    monkeypatch.setattr(waiting, "UNASKED_LOOK_SECONDS", 0.0)
    monkeypatch.setattr(waiting, "LOOK_SECONDS", 0.0)
    session = session_on(OneAfterTheOther(*states), is_in_process=True)
    Waiting(session, TARGETS[:1], for_others=True).wait(5)


def test_what_is_finished_when_the_time_is_over_is_not_said_to_be_late() -> None:
    """The process may have stood still, so that news of it was not read."""
    session = session_on(OneAfterTheOther(Status.RUNNING, Status.DONE), is_in_process=True)
    Waiting(session, TARGETS[:1]).wait(0)


@pytest.mark.parametrize(
    ("states", "for_others"),
    [
        ([Status.IDLE, Status.WAITING, Status.IDLE], True),
        ([Status.WAITING, Status.IDLE], True),
        ([Status.WAITING, Status.IDLE], False),
        ([Status.IDLE], False),
    ],
)
def test_what_was_asked_for_and_is_no_more_is_said_to_be_lost(
    states: list[Status], for_others: bool, monkeypatch
) -> None:
    monkeypatch.setattr(waiting, "UNASKED_LOOK_SECONDS", 0.0)
    monkeypatch.setattr(waiting, "LOOK_SECONDS", 0.0)
    session = session_on(OneAfterTheOther(*states), is_in_process=True)
    with pytest.raises(StateLostError, match="execute it again"):
        Waiting(session, TARGETS[:1], for_others=for_others).wait(5)
