"""F21: a child that holds several operations dies, or one takes long: the others go on."""

from __future__ import annotations

import os
import signal

import pytest
import redis

import funsies as f
from funsies.store.execution_record import decode_record

STEPS = 60
UNLUCKY = 41


def step(channel: str, number: int, what: str) -> int:
    """Note that it runs; one of them dies when it is run first, or waits to be let go."""
    connection = redis.Redis.from_url(channel)
    runs = connection.rpush(f"run {number}", "")
    if number == UNLUCKY and what == "dies" and runs == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    if number == UNLUCKY and what == "waits":
        connection.rpush("waiting", "")
        connection.blpop(["go on"], 60)
    connection.close()
    return number


@pytest.fixture
def known(stage):
    """Let it be known that these steps are short."""
    for number in range(-4, 0):
        early = f.reduce(step, stage.channel.url, number, "runs")
        f.execute(early)
        f.wait_for(early, timeout=30)


@pytest.fixture
def session(stage):
    stage.start_worker()
    with f.Fun(stage.server) as session:
        yield session


@pytest.mark.slow
def test_who_dies_in_the_midst_of_a_batch_loses_only_what_it_ran(stage, session, known):
    steps = [f.reduce(step, stage.channel.url, number, "dies") for number in range(STEPS)]
    f.execute(*steps)
    f.wait_for(*steps, timeout=60)

    assert [f.take(each) for each in steps] == list(range(STEPS))
    runs = [len(stage.channel.said(f"run {number}")) for number in range(STEPS)]
    assert runs == [2 if number == UNLUCKY else 1 for number in range(STEPS)]
    graph = session.backend.graph
    records = [decode_record(graph.records([each.producer])[0]) for each in steps]
    assert [record.attempt for record in records] == runs
    assert graph.leases() == []


@pytest.mark.slow
def test_a_step_that_takes_unexpectedly_long_holds_no_other(stage, session, known):
    """What was done before it is published, what was claimed with it runs elsewhere."""
    stage.start_worker()
    steps = [f.reduce(step, stage.channel.url, number, "waits") for number in range(STEPS)]
    others = [each for number, each in enumerate(steps) if number != UNLUCKY]
    f.execute(*steps)
    stage.channel.hear("waiting")

    f.wait_for(*others, timeout=60)

    (lease,) = session.backend.graph.leases()
    assert lease.operation == steps[UNLUCKY].producer
    stage.channel.say("go on")
    f.wait_for(*steps, timeout=60)
    assert [f.take(each) for each in steps] == list(range(STEPS))
    runs = [len(stage.channel.said(f"run {number}")) for number in range(STEPS)]
    assert runs == [1] * STEPS


@pytest.mark.slow
def test_a_worker_that_is_stopped_puts_back_what_it_has_not_begun(stage, session, known, ended):
    """It publishes what is done; no attempt counts."""
    steps = [f.reduce(step, stage.channel.url, number, "waits") for number in range(STEPS)]
    f.execute(*steps)
    stage.channel.hear("waiting")
    stage.workers[0].terminate()
    stage.channel.say("go on")
    assert ended(stage.workers[0])
    assert session.backend.graph.leases() == []

    stage.start_worker()
    f.wait_for(*steps, timeout=60)

    graph = session.backend.graph
    records = [decode_record(graph.records([each.producer])[0]) for each in steps]
    assert {record.attempt for record in records} == {1}
