"""What RQ keeps of its jobs is gone or wrong: its workers live on."""

from __future__ import annotations

import os
import signal

import pytest
import redis

import funsies as f


def hold(url: str) -> int:
    """Say which process this is, and wait."""
    with redis.Redis.from_url(url) as connection:
        connection.rpush("pid", os.getpid())
        connection.blpop(["go"], 0)
    return os.getpid()


def forget_jobs(connection: redis.Redis) -> None:
    for key in connection.keys("*rq:job:*"):
        connection.delete(key)


def forget_everything_of_rq(connection: redis.Redis) -> None:
    for key in connection.keys("*rq:*"):
        connection.delete(key)


def spoil_jobs(connection: redis.Redis) -> None:
    for key in connection.keys("*rq:job:*"):
        connection.hset(key, "data", b"no JSON")
        connection.hdel(key, "status")


@pytest.mark.parametrize(
    "harm", [forget_jobs, forget_everything_of_rq, spoil_jobs, redis.Redis.flushdb]
)
def test_a_worker_outlives_the_end_of_its_horse_then(stage, ended, harm) -> None:
    worker = stage.start_worker()
    with f.Fun(stage.server):
        f.execute(f.reduce(hold, stage.channel.url))
        horse = int(stage.channel.hear("pid"))
        with stage.redis() as connection:
            harm(connection)
        os.kill(horse, signal.SIGKILL)
        stage.channel.say("go", times=9)  # for attempts that follow
        step = f.reduce(max, 1, 2)
        f.execute(step).wait(60)
        assert f.take(step) == 2
    assert worker.is_alive()
