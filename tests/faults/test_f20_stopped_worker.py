"""F20: a worker is stopped past its lease, and continues."""

from __future__ import annotations

import os
import select
import signal

import pytest
import redis

import funsies as f
from funsies.store.connect import open_backend
from tests.conftest import QUICK


def hold(channel: str) -> str:
    """Wait for a word in the first attempt only."""
    connection = redis.Redis.from_url(channel, decode_responses=True)
    attempt = connection.rpush("runs", "")
    connection.rpush("horse", str(os.getpid()))
    if attempt == 1:
        connection.blpop("go", 600)
    return f"attempt {attempt}"


def last(channel: str, seconds: float) -> str:
    """Run for some time."""
    connection = redis.Redis.from_url(channel)
    attempt = connection.rpush("runs", "")
    connection.blpop("nothing", seconds)
    return f"attempt {attempt}"


def answer(number: int) -> int:
    return number


@pytest.mark.slow
def test_a_worker_that_slept_past_its_lease_commits_nothing_and_goes_on(stage):
    stage.timing = QUICK
    sleeper = stage.start_worker()
    with f.Fun(stage.server):
        step = f.reduce(hold, stage.channel.url)
        f.execute(step)
        horse = int(stage.channel.hear("horse"))
        os.kill(sleeper.pid, signal.SIGSTOP)
        os.kill(horse, signal.SIGSTOP)
        other = stage.start_worker()
        f.wait_for(step, timeout=30)
        assert f.take(step) == "attempt 2"

        stage.channel.say("go")
        os.kill(horse, signal.SIGCONT)
        os.kill(sleeper.pid, signal.SIGCONT)
        other.kill()
        other.join()
        next_step = f.reduce(answer, 42)
        f.execute(next_step)
        f.wait_for(next_step, timeout=30)
        assert f.take(next_step) == 42
        assert f.take(step) == "attempt 2"

    backend = open_backend(stage.url)
    counts = backend.graph.counts()["hold"]
    assert (counts.executed, counts.lost) == (1, 1)
    assert backend.graph.leases() == []
    backend.close()


@pytest.mark.slow
def test_a_step_longer_than_its_lease_is_run_once(stage):
    stage.timing = QUICK
    for _ in range(2):
        stage.start_worker()
    with f.Fun(stage.server):
        step = f.reduce(last, stage.channel.url, 2.5 * stage.timing.lease_seconds)
        f.execute(step)
        f.wait_for(step, timeout=30)
        assert f.take(step) == "attempt 1"
    assert len(stage.channel.said("runs")) == 1


def test_a_horse_that_runs_what_was_cancelled_is_ended(stage):
    worker = stage.start_worker()
    with f.Fun(stage.server):
        step = f.reduce(hold, stage.channel.url)
        handle = f.execute(step)
        horse = int(stage.channel.hear("horse"))
        descriptor = os.pidfd_open(horse)
        handle.cancel()
        _wait_for_end(descriptor)
        next_step = f.reduce(answer, 42)
        f.execute(next_step)
        f.wait_for(next_step, timeout=30)
        assert f.take(next_step) == 42
        assert f.take(step, strict=False).failure().kind.value == "Cancelled"
    assert worker.is_alive()


def _wait_for_end(descriptor):
    ready, _, _ = select.select([descriptor], [], [], 30)
    os.close(descriptor)
    assert ready
