"""A dynamic step is killed around its delegation, and rows of what it built are damaged."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import closing

import pytest
import redis
from returns.pipeline import is_successful

import funsies as f
from funsies.core.digest import Digest
from funsies.engine.worker import run_worker
from funsies.store.redis import RedisStore

P = b"{funsies}:"


@f.task
def one() -> int:
    return 1


@f.task
def twice(number: int) -> int:
    return 2 * number


def run_fragile_worker(url: str, moment: str, *arguments, **options) -> None:
    """Run a worker whose first delegation waits for the test, and dies before or after it."""
    delegate, channel = RedisStore.delegate, redis.Redis.from_url(url)

    def fragile(self, slot, operation, fence, target, *more, **others):
        if channel.setnx("first", 1) == 0:
            return delegate(self, slot, operation, fence, target, *more, **others)
        if moment == "after":
            delegate(self, slot, operation, fence, target, *more, **others)
        channel.rpush("built", target)
        channel.blpop(["go on"], 30)
        return os.kill(os.getpid(), signal.SIGKILL)

    RedisStore.delegate = fragile
    run_worker(*arguments, **options)


def drop(*names: bytes) -> Callable[[redis.Redis, Digest], None]:
    def dropped(connection: redis.Redis, target: Digest) -> None:
        for name in names:
            if name == b"w":
                connection.delete(P + name + target)
            else:
                connection.hdel(P + name, target)

    return dropped


def cut_definition(connection: redis.Redis, target: Digest) -> None:
    row = connection.hget(P + b"D", target)
    assert row is not None
    connection.hset(P + b"D", target, row[:50])


def cut_delegations(connection: redis.Redis, _: Digest) -> None:
    for operation, row in connection.hgetall(P + b"Y").items():
        connection.hset(P + b"Y", operation, row[:10])


DAMAGES = {
    "definition": drop(b"D"),
    "definition cut": cut_definition,
    "state": drop(b"o"),
    "both": drop(b"D", b"o"),
    "waiters": drop(b"w"),
    "all": drop(b"D", b"o", b"w"),
    "delegations cut": cut_delegations,
}


SHARP = {("after", "all"), ("after", "definition cut")}
CASES = [
    pytest.param(
        moment,
        damage,
        id=f"{moment}-{name}",
        marks=[] if (moment, name) in SHARP else pytest.mark.slow,
    )
    for moment in ("before", "after")
    for name, damage in DAMAGES.items()
]


@pytest.mark.slow
@pytest.mark.parametrize(("moment", "damage"), CASES)
def test_a_dynamic_step_gets_its_value_or_an_error_and_then_its_value(
    stage, moment: str, damage: Callable[[redis.Redis, Digest], None]
) -> None:
    stage.start_worker(target=run_fragile_worker, arguments=(stage.channel.url, moment))
    channel = redis.Redis.from_url(stage.channel.url)
    with f.Fun(stage.server), closing(stage.redis()) as connection, closing(channel):
        dynamic = one().bind(lambda number: twice(number + 10))
        total = twice(dynamic)
        execution = f.execute(total)
        _, target = channel.blpop(["built"], 30)
        damage(connection, Digest(target))
        channel.rpush("go on", "")
        execution.wait(30)
        if not is_successful(taken := f.take(total, strict=False)):
            assert taken.failure().kind is f.ErrorKind.DataMissing
            f.execute(total).wait(30)
        assert f.take(total) == 44
