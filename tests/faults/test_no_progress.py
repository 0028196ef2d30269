"""A worker whose processes get nothing done slows down, says so once, and is fast again."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import redis

import funsies as f
from funsies.config import ResolvedServer
from funsies.core.errors import ServerError
from funsies.engine import backoff
from funsies.engine.worker import run_worker
from funsies.local.daemons import wait_until
from funsies.store.redis.store import RedisStore

BROKEN = "broken"
"""Name of the key that has all horses fail while it is there."""

LONG_SECONDS = 600.0


@f.task
def double(number: int) -> int:
    return 2 * number


def run_breakable_worker(
    log: Path, channel_url: str, first_pause_seconds: float, *arguments, **options
) -> None:
    """Run a worker whose horses fail on the queue that is named broken; each reports."""
    backoff.FIRST_PAUSE_SECONDS = first_pause_seconds
    step, channel = RedisStore.step, redis.Redis.from_url(channel_url, decode_responses=True)
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)

    def breakable(self, message):
        if message.sequence == 1:
            channel.rpush("horses", message.queue)
        if message.queue.startswith(channel.get(BROKEN) or "nothing"):
            raise ServerError("the script fails")
        return step(self, message)

    RedisStore.step = breakable
    run_worker(*arguments, **options)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def channel(stage) -> Iterator[redis.Redis]:
    with closing(redis.Redis.from_url(stage.channel.url, decode_responses=True)) as connection:
        yield connection


@pytest.fixture
def first_pause_seconds() -> float:
    """So long that no test sees its end: what is tried meanwhile is not tried by the clock."""
    return LONG_SECONDS


@pytest.fixture
def broken(
    stage, log: Path, channel: redis.Redis, first_pause_seconds: float
) -> Iterator[None]:
    """A worker that serves two queues; nothing can be taken from the first."""
    log.touch()
    channel.set(BROKEN, "default@")
    stage.resolved = ResolvedServer(stage.url)
    stage.start_worker(
        "default",
        "other",
        target=run_breakable_worker,
        arguments=(log, stage.channel.url, first_pause_seconds),
        timing=replace(stage.timing, fork_backoff_seconds=LONG_SECONDS),
    )
    with f.Fun(stage.resolved):
        yield


def horses(channel: redis.Redis, queue: str) -> int:
    return sum(each.startswith(queue) for each in channel.lrange("horses", 0, -1))


def is_backing_off(log: Path) -> bool:
    return wait_until(lambda: "in a row" in log.read_text(), 20)


@pytest.mark.slow
@pytest.mark.parametrize("first_pause_seconds", [backoff.FIRST_PAUSE_SECONDS])
@pytest.mark.usefixtures("broken")
def test_forks_in_vain_are_few_and_told_once(channel: redis.Redis, log: Path) -> None:
    """Before there was a backoff, they were some 25 a second."""
    started = time.monotonic()
    f.execute(double(1))
    assert wait_until(lambda: horses(channel, "default") >= 8, 30)
    assert time.monotonic() - started > 2.5  # pauses of 0.2, 0.4, 0.8, 1.6 seconds
    lines = log.read_text().splitlines()
    assert sum("in a row" in line for line in lines) == 1
    assert "the script fails" in next(line for line in lines if "in a row" in line)
    assert len(lines) <= horses(channel, "default") + 1, lines


@pytest.mark.usefixtures("broken")
def test_a_healthy_queue_of_the_same_worker_is_not_slowed_down(
    channel: redis.Redis, log: Path
) -> None:
    f.execute(double(1))
    assert is_backing_off(log)
    for number in range(3):
        before = horses(channel, "default")
        healthy = f.reduce(double, 10 + number, opt=f.options(queue="other"))
        f.execute(healthy).wait(30)
        assert f.take(healthy) == 2 * (10 + number)
        assert horses(channel, "default") - before <= 2


@pytest.mark.slow
@pytest.mark.usefixtures("broken")
def test_what_is_asked_for_anew_is_tried_at_once(channel: redis.Redis, log: Path) -> None:
    """What was wrong is mended: nobody waits for the end of a long pause."""
    stuck = double(1)
    f.execute(stuck)
    assert is_backing_off(log)
    channel.delete(BROKEN)
    f.execute(stuck).wait(30)
    assert f.take(stuck) == 2
    channel.delete("horses")
    for number in range(5):
        f.execute(double(100 + number)).wait(30)
    assert horses(channel, "default") <= 10
