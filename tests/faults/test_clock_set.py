"""The server's clock, or that of a worker's machine, is set while steps run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
import redis

import funsies as f
from funsies.cli.exits import Exit
from funsies.engine.worker_registry import list_workers
from funsies.local.daemons import wait_until
from funsies.session import Session
from tests.conftest import QUICK

HOUR = 3600
DELAY_SECONDS = 6.0
EARLY_SECONDS = 3.5
"""What may happen early, of what comes between the jump and the next sweep."""


def take_long(channel: str) -> int:
    """Run until the test has set the clock, and some leases longer."""
    connection = redis.Redis.from_url(channel)
    connection.rpush("long", str(os.getpid()))
    connection.blpop(["go on"], 60)
    connection.blpop(["never"], 4)
    return int(connection.llen("long"))


def fail_first(channel: str) -> float:
    """Raise, be tried again after a delay, and say how long that was."""
    connection = redis.Redis.from_url(channel)
    now = time.monotonic()
    before = connection.getset("failed at", str(now))
    if before is None:
        connection.rpush("failed", "")
        raise ValueError("the first time")
    return now - float(before)


def vanish_first(channel: str) -> str:
    """Never end the first time: its machine is lost meanwhile."""
    connection = redis.Redis.from_url(channel)
    start = connection.rpush("starts", str(os.getpid()))
    if start == 1:
        connection.rpush("victim", str(os.getpid()))
        time.sleep(600)
    return f"start {start}"


def double(number: int) -> int:
    return 2 * number


def see_prolonged(session: Session, step: f.Artefact[int]) -> None:
    """Wait until the lease of a step was renewed twice: meanwhile, all workers have swept.

    A clock that is set before each of them has looked at it, as that of a worker that starts
    just then or once more, may be taken for right by that one. The lease is prolonged by
    sweepers as well, but only once between renewals.
    """
    seen: set[int] = set()

    def is_prolonged() -> bool:
        leases = session.backend.graph.leases()
        seen.update(each.expires_ms for each in leases if each.operation == step.producer)
        return len(seen) == 5

    assert wait_until(is_prolonged, 60)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [HOUR, -HOUR])
def test_leases_and_delays_outlive_a_clock_that_is_set(clocked_stage, settable_clock, seconds):
    """What runs goes on running, what is lost is started again, delays are as long as asked."""
    stage = clocked_stage
    victim = stage.start_worker("lost")
    stage.start_worker()
    stage.start_worker("other")
    with f.Fun(stage.server) as session:
        long = f.reduce(take_long, stage.channel.url)
        lost = f.reduce(vanish_first, stage.channel.url, opt=f.options(queue="lost"))
        delayed = f.reduce(
            fail_first,
            stage.channel.url,
            opt=f.options(queue="other", retries=1, retry_delay_seconds=DELAY_SECONDS),
        )
        f.execute(long, lost)
        stage.channel.hear("victim")
        stage.start_worker("lost")
        see_prolonged(session, long)
        f.execute(delayed)
        stage.channel.hear("failed")
        settable_clock.set_by(seconds)
        began = time.monotonic()
        os.kill(victim.pid, signal.SIGKILL)
        stage.channel.say("go on")
        f.wait_for(lost, delayed, timeout=60)
        took = time.monotonic() - began
        f.wait_for(long, timeout=60)
        assert f.take(lost) == "start 2"
        assert f.take(delayed) >= DELAY_SECONDS - EARLY_SECONDS
        assert f.take(long) == 1, "it was started once"
    assert took < 30, "not after an hour"


@pytest.mark.slow
def test_a_clock_that_is_set_again_and_again_loses_nothing(clocked_stage, settable_clock):
    """Back and forth, while a hundred steps are run; each is run once."""
    stage = clocked_stage
    for _ in range(2):
        stage.start_worker()
    with f.Fun(stage.server) as session:
        long = f.reduce(take_long, stage.channel.url)
        f.execute(long)
        for seconds in (HOUR, -HOUR, 24 * HOUR, 30, 0):
            see_prolonged(session, long)
            numbers = [f.reduce(double, seconds + each) for each in range(20)]
            f.execute(*numbers)
            settable_clock.set_by(seconds)
            f.wait_for(*numbers, timeout=60)
            assert [f.take(each) for each in numbers] == [
                2 * (seconds + each) for each in range(20)
            ]
        stage.channel.say("go on")
        f.wait_for(long, timeout=60)
        assert f.take(long) == 1


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [HOUR, -HOUR])
def test_a_server_that_comes_back_with_another_clock_goes_on(
    clocked_stage, clocked_server, settable_clock, seconds
):
    stage = clocked_stage
    stage.start_worker()
    options = f.options(retries=1, retry_delay_seconds=DELAY_SECONDS)
    with f.Fun(stage.server):
        step = f.reduce(fail_first, stage.channel.url, opt=options)
        f.execute(step)
        stage.channel.hear("failed")
        clocked_server.kill()
        settable_clock.set_by(seconds)
        clocked_server.start()
        f.wait_for(step, timeout=60)
        assert f.take(step) >= DELAY_SECONDS - EARLY_SECONDS


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [HOUR, -HOUR])
def test_a_worker_whose_clock_is_wrong_works_like_any_other(stage, settable_clock, seconds):
    """Beside another whose clock is right; it takes nothing from it, and loses nothing."""
    settable_clock.set_by(seconds)
    command = [sys.executable, "-m", "funsies.cli", "--jobs", stage.url, "worker"]
    environment = {**os.environ, **settable_clock.environment}
    wrong = subprocess.Popen(command, env=environment)
    stage.timing = QUICK
    try:
        stage.start_worker()
        assert wait_until(lambda: len(list_workers(stage.resolved)) == 2, 60)
        with f.Fun(stage.server):
            long = f.reduce(take_long, stage.channel.url)
            numbers = [f.reduce(double, each) for each in range(100)]
            f.execute(long, *numbers)
            f.wait_for(*numbers, timeout=60)
            stage.channel.say("go on")
            f.wait_for(long, timeout=60)
            assert f.take(long) == 1
            assert [f.take(each) for each in numbers] == [2 * each for each in range(100)]
        workers = list_workers(stage.resolved)
        assert len(workers) == 2
        assert all(each.silent_seconds < 60 for each in workers), "by the server's clock"
    finally:
        wrong.terminate()
        assert wrong.wait(30) == Exit.OK
