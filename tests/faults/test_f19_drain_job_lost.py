"""F14, F19: a drain job is lost, or was never queued. Workers notice, and make another."""

from __future__ import annotations

import redis

import funsies as f
from funsies.store.connect import open_backend
from funsies.store.submission import submit


def answer(number: int) -> int:
    return number


def hold(channel: str) -> int:
    connection = redis.Redis.from_url(channel)
    connection.rpush("running", "")
    connection.blpop("go", 600)
    return 1


def test_drain_jobs_that_were_deleted_by_hand_are_replaced(stage):
    with f.Fun(stage.server):
        step = f.reduce(answer, 42)
        f.execute(step)
        with stage.redis() as connection:
            queued = list(connection.scan_iter("*rq:queue:*"))
            assert queued
            connection.delete(*queued)
        stage.start_worker()
        f.wait_for(step, timeout=30)
        assert f.take(step) == 42


def test_a_drain_job_whose_record_expired_is_replaced(stage):
    with f.Fun(stage.server):
        step = f.reduce(answer, 42)
        f.execute(step)
        with stage.redis() as connection:
            records = list(connection.scan_iter("*rq:job:*"))
            assert records
            connection.delete(*records)
        stage.start_worker()
        f.wait_for(step, timeout=30)
        assert f.take(step) == 42


def test_work_that_a_client_asked_for_before_it_died_is_done(stage):
    """F14: the client died between its request and the call to the workers."""
    stage.start_worker()
    backend = open_backend(stage.url)
    with f.Fun(stage.server):
        step = f.reduce(answer, 42)
        submitted = submit(backend, built=[step.reference.operation])
        assert submitted.arm
        f.wait_for(step, timeout=30)
        assert f.take(step) == 42
    backend.close()


def test_ready_work_finds_an_idle_worker_while_another_is_busy(stage):
    """The drain job that would have called it is lost; the busy worker's ticks replace it."""
    stage.start_worker()
    with f.Fun(stage.server):
        held = f.reduce(hold, stage.channel.url)
        f.execute(held)
        stage.channel.hear("running")
        step = f.reduce(answer, 42)
        f.execute(step)
        with stage.redis() as connection:
            connection.delete(*connection.scan_iter("*rq:queue:*"))
        stage.start_worker()
        f.wait_for(step, timeout=30)
        assert f.take(step) == 42
        stage.channel.say("go")
        f.wait_for(held, timeout=30)
