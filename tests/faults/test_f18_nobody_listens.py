"""F18: nobody serves the queue. The user is told."""

from __future__ import annotations

import funsies as f
from funsies.engine.arming import count_workers
from funsies.store.submission import queue_name


def answer() -> int:
    return 42


def served(stage, queue="default"):
    return count_workers(stage.resolved, queue_name(queue))


def run_something(stage):
    with f.Fun(stage.server):
        step = f.reduce(answer)
        f.reset(step)
        f.execute(step)
        f.wait_for(step, timeout=30)


def test_workers_are_counted_by_queue(stage):
    assert served(stage) == 0
    stage.start_worker()
    run_something(stage)
    assert served(stage) == 1
    assert served(stage, "gpu") == 0


def test_a_worker_that_left_is_not_counted(stage, ended):
    worker = stage.start_worker()
    run_something(stage)
    worker.terminate()
    assert ended(worker)
    assert served(stage) == 0


def test_a_worker_that_vanished_is_not_counted_for_long(stage, ended):
    worker = stage.start_worker()
    run_something(stage)
    worker.kill()
    assert ended(worker)
    with stage.redis() as connection:
        keys = [key for key in connection.scan_iter("*rq:worker:*") if b"executions" not in key]
        ends = [connection.pttl(key) for key in keys]
    assert ends
    assert all(0 < end <= 1000 * stage.timing.worker_seconds for end in ends)
