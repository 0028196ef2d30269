"""F7: the server is killed and comes back from its append-only file."""

from __future__ import annotations

import os
import threading

import pytest
import redis

import funsies as f
from tests.conftest import QUICK

STEPS = 200


def hold(channel: str, number: int = 0) -> str:
    """Wait for a word, and say who did."""
    assert number >= 0
    connection = redis.Redis.from_url(channel, decode_responses=True)
    attempt = connection.rpush("runs", "")
    connection.rpush("horse", str(os.getpid()))
    return f"{connection.blpop('go', 600)[1]} in attempt {attempt}"


def add(number: int, one: int) -> int:
    return number + one


@pytest.fixture
def durable_stage(own_stage, own_redis_server):
    """A stage whose server writes every change to disk before it answers."""
    with own_stage.redis() as connection:
        connection.config_set("appendfsync", "always")
    return own_stage


@pytest.mark.parametrize("outage_seconds", [0.0, pytest.param(40.0, marks=pytest.mark.slow)])
def test_a_result_reported_while_the_server_is_away_arrives(
    durable_stage, own_redis_server, outage_seconds
):
    """The step ends in the middle of the outage; it is not run again."""
    stage = durable_stage
    worker = stage.start_worker()
    with f.Fun(stage.server):
        step = f.reduce(hold, stage.channel.url)
        f.execute(step)
        stage.channel.hear("horse")
        own_redis_server.kill()
        stage.channel.say("go", "reported")
        stage.channel.wait_until_taken("go")
        threading.Event().wait(outage_seconds)
        own_redis_server.start("--appendfsync", "always")
        f.wait_for(step, timeout=60)
        assert f.take(step) == "reported in attempt 1"
    assert worker.is_alive()


@pytest.mark.slow
def test_an_outage_longer_than_the_lease_loses_nothing_that_runs(
    durable_stage, own_redis_server
):
    """When the server is back, leases are prolonged: the workers are still there."""
    stage = durable_stage
    stage.timing = QUICK
    stage.start_worker()
    stage.start_worker()
    with f.Fun(stage.server):
        step = f.reduce(hold, stage.channel.url)
        f.execute(step)
        stage.channel.hear("horse")
        own_redis_server.kill()
        threading.Event().wait(stage.timing.lease_seconds + 0.5)  # the outage itself
        own_redis_server.start("--appendfsync", "always")
        stage.channel.say("go", "survived")
        f.wait_for(step, timeout=60)
        assert f.take(step) == "survived in attempt 1"
    assert len(stage.channel.said("runs")) == 1


def test_idle_workers_outlive_their_server(durable_stage, own_redis_server):
    stage = durable_stage
    workers = [stage.start_worker() for _ in range(2)]
    with f.Fun(stage.server):
        first = [f.reduce(hold, stage.channel.url, number) for number in range(2)]
        f.execute(*first)
        for _ in workers:
            stage.channel.hear("horse")  # both have started
        stage.channel.say("go", times=2)
        f.wait_for(*first, timeout=30)
    own_redis_server.restart("--appendfsync", "always")
    with f.Fun(stage.server):
        f.execute(second := f.reduce(add, 2, 2))
        f.wait_for(second, timeout=60)
        assert f.take(second) == 4
    assert all(worker.is_alive() for worker in workers)


def test_a_graph_goes_on_after_a_restart_in_the_middle(durable_stage, own_redis_server):
    stage = durable_stage
    stage.start_worker()
    with f.Fun(stage.server):
        held = f.reduce(hold, stage.channel.url)
        total = f.morph(len, held)
        for _ in range(STEPS):
            total = f.reduce(add, total, 1)
        f.execute(total)
        stage.channel.hear("horse")
        stage.channel.say("go", "")
        own_redis_server.restart("--appendfsync", "always")
        f.wait_for(total, timeout=100)
        assert f.take(total) == STEPS + len(" in attempt 1")
