"""F12: a process hands an operation that it cannot run over to a fresh one; nothing is lost."""

from __future__ import annotations

import os
import signal
from dataclasses import replace

import pytest
import redis

import funsies as f
from funsies.engine import drain_job
from funsies.engine.worker import run_worker
from funsies.run.decision import HandOver
from funsies.run.evaluate import Evaluator
from funsies.store.connect import open_backend


def own_process(number: int) -> list[int]:
    return [number, os.getpid()]


def worker_of_one_step(server, queues, channel, most_claims=drain_job.MOST_CLAIMS, **options):
    """A worker each of whose processes runs one step; it tells of every successor."""
    evaluate, drain_as = Evaluator.evaluate, drain_job.drain_as
    drain_job.MOST_CLAIMS = most_claims
    used: list[Evaluator] = []

    def evaluate_one(evaluator, claim):
        if evaluator in used:
            return HandOver()
        used.append(evaluator)
        return evaluate(evaluator, claim)

    def tell_and_drain(horse, queue):
        if horse.assignment.inherited is not None:
            connection = redis.Redis.from_url(channel, decode_responses=True)
            connection.rpush("successors", horse.assignment.slot)
            _obey(connection.lpop("orders"), connection)
        return drain_as(horse, queue)

    Evaluator.evaluate, drain_job.drain_as = evaluate_one, tell_and_drain
    raise SystemExit(run_worker(server, queues, **options))


def _obey(order, connection):
    if order == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if order == "wait":
        connection.blpop("go", 600)


@pytest.fixture
def start(stage):
    """Start such a worker."""

    def start(most_claims=drain_job.MOST_CLAIMS, **timing):
        return stage.start_worker(
            target=worker_of_one_step,
            channel=stage.channel.url,
            most_claims=most_claims,
            timing=replace(stage.timing, **timing),
        )

    return start


def build(number):
    return [f.reduce(own_process, each) for each in range(number)]


def attempts(stage):
    backend = open_backend(stage.url)
    try:
        found = [each.digest for each in backend.graph.find("", 100) if each.is_operation]
        return {each.attempts for each in backend.graph.states(found)}
    finally:
        backend.close()


def run_eight_steps(stage):
    with f.Fun(stage.server):
        steps = build(8)
        f.execute(*steps)
        f.wait_for(*steps, timeout=60)
        values = [f.take(step) for step in steps]
    assert [number for number, _ in values] == list(range(8))
    assert len({process for _, process in values}) == 8
    assert attempts(stage) == {1}


def test_each_step_is_run_once_by_a_process_of_its_own(stage, start):
    start(most_claims=1)
    run_eight_steps(stage)
    assert len(stage.channel.said("successors")) == 7


def test_of_steps_that_are_claimed_together_each_is_run_once_as_well(stage, start):
    """Those that follow are put back; a claim that is alone with its slot is handed over."""
    start()
    run_eight_steps(stage)
    assert 1 <= len(stage.channel.said("successors")) <= 7


def test_a_successor_that_dies_before_it_begins_loses_nothing(stage, start):
    start()
    stage.channel.say("orders", "die")
    with f.Fun(stage.server):
        steps = build(3)
        f.execute(*steps)
        f.wait_for(*steps, timeout=60)
        assert [f.take(step)[0] for step in steps] == [0, 1, 2]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_stopped_meanwhile_puts_the_claim_back(stage, start, ended, number):
    """The successor is there, and has not taken the claim over yet."""
    worker = start(stop_grace_seconds=20.0)
    stage.channel.say("orders", "wait")
    with f.Fun(stage.server):
        steps = build(3)
        f.execute(*steps)
        stage.channel.hear("successors")
        os.kill(worker.pid, number)
        stage.channel.say("go")
        assert ended(worker, within_seconds=15)
        assert worker.exitcode == 0
        start()
        f.wait_for(*steps, timeout=60)
        assert [f.take(step)[0] for step in steps] == [0, 1, 2]
    assert attempts(stage) == {1}


@pytest.mark.slow
def test_a_claim_that_is_left_when_the_time_slice_ends_is_put_back(stage, start):
    """There is no successor then, but another drain job; no attempt is counted."""
    start(slice_seconds=0.05)
    with f.Fun(stage.server):
        steps = build(30)
        f.execute(*steps)
        f.wait_for(*steps, timeout=60)
    assert attempts(stage) == {1}
    backend = open_backend(stage.url)
    assert backend.graph.leases() == []
    backend.close()
