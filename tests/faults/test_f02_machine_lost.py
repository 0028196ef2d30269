"""F2, F3: a worker vanishes with its horse, or without it."""

from __future__ import annotations

import os
import select
import signal
import time

import pytest
import redis

import funsies as f
from funsies.engine.slots import new_fence
from funsies.store.connect import open_backend
from funsies.store.rows import Completion, StepMessage, StoredResult, Verdict
from funsies.store.submission import queue_name
from tests.conftest import QUICK


def wait_at_first(channel: str) -> str:
    """Take for ever in the first attempt."""
    connection = redis.Redis.from_url(channel)
    attempt = connection.rpush("runs", "")
    connection.rpush("horse", str(os.getpid()))
    if attempt == 1:
        connection.blpop("never", 600)
    return f"attempt {attempt}"


def answer() -> int:
    return 42


@pytest.mark.slow
def test_work_of_a_vanished_machine_is_done_by_another(stage):
    stage.timing = QUICK
    lost = stage.start_worker()
    with f.Fun(stage.server):
        step = f.reduce(wait_at_first, stage.channel.url)
        f.execute(step)
        horse = int(stage.channel.hear("horse"))
        lost.kill()
        os.kill(horse, signal.SIGKILL)
        vanished = time.monotonic()
        stage.start_worker()
        f.wait_for(step, timeout=30)
        took = time.monotonic() - vanished
        assert f.take(step) == "attempt 2"
    bound = 2 * stage.timing.lease_seconds + stage.timing.sweep_seconds
    assert took < bound + 10, "a lease, one more if nobody swept meanwhile, and some patience"


def test_a_horse_does_not_outlive_its_worker(stage):
    """F3: what it would commit late would be refused, but it would cost time."""
    worker = stage.start_worker()
    with f.Fun(stage.server):
        f.execute(f.reduce(wait_at_first, stage.channel.url))
    horse = int(stage.channel.hear("horse"))
    descriptor = os.pidfd_open(horse)
    worker.kill()
    _wait_for_end(descriptor)
    assert len(stage.channel.said("runs")) == 1


def _wait_for_end(descriptor):
    ready, _, _ = select.select([descriptor], [], [], 30)
    os.close(descriptor)
    assert ready


@pytest.mark.slow
def test_a_result_that_comes_after_the_lease_was_lost_is_refused(stage):
    """F3: exactly one commit, whoever else ran the step."""
    backend = open_backend(stage.url)
    queue = queue_name("default")
    with f.Fun(stage.server):
        step = f.reduce(answer)
        f.execute(step)
        claim = backend.graph.step(
            StepMessage("orphan", 1, queue, lease_ms=1, fence=new_fence())
        ).claim
        stage.start_worker()
        f.wait_for(step, timeout=30)
        late = Completion(
            claim.operation.digest,
            claim.fence,
            (StoredResult(ok=True, content=claim.operation.digest, large=True, size_bytes=1),),
        )
        answered = backend.graph.step(
            StepMessage(
                "orphan", 2, queue, lease_ms=1, fence=new_fence(), completions=[late], claims=0
            )
        )
        assert answered.verdict is Verdict.FENCED
        assert f.take(step) == 42
    assert backend.graph.counts()["answer"].executed == 1
    backend.close()
