"""F8: the server comes back empty. Who waits is told, and asking again works."""

from __future__ import annotations

import threading

import pytest
import redis

import funsies as f
from funsies.errors import StateLostError


def hold(channel: str) -> str:
    """Wait for a word."""
    connection = redis.Redis.from_url(channel, decode_responses=True)
    connection.rpush("running", "")
    return connection.blpop("go", 600)[1]


def add(number: int, one: int) -> int:
    return number + one


def test_the_same_program_executes_again_what_it_built(own_stage):
    """Nothing that it wrote before is taken to be there still."""
    own_stage.start_worker()
    with f.Fun(own_stage.server):
        step = f.reduce(add, f.put(1), 1)
        total = f.reduce(add, step, 1)
        for _ in range(2):
            f.execute(total)
            f.wait_for(total, timeout=30)
            assert f.take(total) == 3
            with own_stage.redis() as connection:
                connection.flushall()
        more = f.reduce(add, total, 1)
        f.execute(more)
        f.wait_for(more, timeout=30)
        assert f.take(more) == 4


def test_who_waits_is_told(own_stage):
    own_stage.start_worker()
    raised: list[BaseException] = []

    def wait(handle: f.Handle) -> None:
        with pytest.raises(StateLostError) as caught:
            handle.wait(60)
        raised.append(caught.value)

    with f.Fun(own_stage.server):
        handle = f.execute(f.reduce(hold, own_stage.channel.url))
        waiting = threading.Thread(target=wait, args=(handle,))
        waiting.start()
        own_stage.channel.hear("running")
        with own_stage.redis() as connection:
            connection.flushall()
        own_stage.channel.say("go", "too late")
        waiting.join(60)
    assert "execute" in str(raised[0])
