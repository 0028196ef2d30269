"""F14: a process dies after any single message to the server. Everything comes to its end."""

from __future__ import annotations

import itertools
import os
import signal
from pathlib import Path

import pytest
import redis
from redis.connection import AbstractConnection

import funsies as f
from funsies.engine.worker import run_worker
from funsies.store.connect import open_backend
from funsies.store.rows import Status

MESSAGES = 12
"""More than a horse sends for this graph, or a client."""


def note(channel: str, number: int) -> int:
    """Leave a note of each run."""
    redis.Redis.from_url(channel).rpush("runs", str(number))
    return number


def add(left: int, right: int) -> int:
    return left + right


def build(channel):
    """A graph with a fork and a join."""
    root = f.reduce(note, channel, 1)
    sides = [f.reduce(add, root, number) for number in (10, 20)]
    return f.reduce(add, *sides)


def die_at(marker, number, is_sent):
    """Be killed at the n-th message to the server, before or after it is sent.

    Only one process of a test dies: the first that reaches that number.
    """
    send = AbstractConnection.send_packed_command
    numbers = itertools.count(1)

    def deadly(self, command, check_health=True):
        is_last = next(numbers) == number and _is_first_death(marker)
        if is_last and not is_sent:
            os.kill(os.getpid(), signal.SIGKILL)
        send(self, command, check_health)
        if is_last:
            os.kill(os.getpid(), signal.SIGKILL)

    AbstractConnection.send_packed_command = deadly


def _is_first_death(marker):
    try:
        Path(marker).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def work_with_a_mortal_horse(death, server, queues, timing):
    os.register_at_fork(after_in_child=lambda: die_at(*death))
    run_worker(server, queues, timing=timing)


def execute_and_die(death, channel, server, _queues, timing):
    die_at(*death)
    with f.Fun(f.config.Server(server.jobs_url)):
        f.execute(build(channel))


BEFORE = pytest.param(False, marks=pytest.mark.slow, id="before")
"""The server then knows what it knows after the message before; a client dies so as well."""


@pytest.mark.slow
@pytest.mark.parametrize("is_sent", [BEFORE, pytest.param(True, id="after")])
@pytest.mark.parametrize("number", range(1, MESSAGES + 1))
def test_a_horse_may_die_at_any_message(stage, tmp_path, number, is_sent):
    stage.start_worker(
        target=work_with_a_mortal_horse,
        arguments=((str(tmp_path / "marker"), number, is_sent),),
    )
    with f.Fun(stage.server):
        target = build(stage.channel.url)
        f.execute(target)
        f.wait_for(target, timeout=30)
        assert f.take(target) == 32
    assert len(stage.channel.said("runs")) <= 2
    assert_nothing_is_left(stage)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, MESSAGES + 1))
def test_a_client_may_die_at_any_message(stage, tmp_path, number, ended):
    client = stage.start_worker(
        target=execute_and_die,
        arguments=((str(tmp_path / "marker"), number, False), stage.channel.url),
    )
    assert ended(client)
    stage.start_worker()
    with f.Fun(stage.server):
        target = build(stage.channel.url)
        f.execute(target)
        f.wait_for(target, timeout=30)
        assert f.take(target) == 32
    assert stage.channel.said("runs") == ["1"]
    assert_nothing_is_left(stage)


def assert_nothing_is_left(stage):
    backend = open_backend(stage.url)
    try:
        operations = [
            found.digest for found in backend.graph.find("", 99) if found.is_operation
        ]
        states = backend.graph.states(operations)
        assert {state.status for state in states} == {Status.DONE}
        assert backend.graph.leases() == []
        assert backend.graph.queues() == {}
        assert sum(counts.pending for counts in backend.graph.counts().values()) == 0
    finally:
        backend.close()
