"""A worker takes drain jobs and nothing else, and stops when it is told to."""

from __future__ import annotations

import json
import os
import signal
import zlib
from contextlib import closing

import pytest
import redis

import funsies as f
from funsies.engine.arming import Dispatch, ask_workers_to_stop, count_workers
from funsies.engine.rq_binding.drain_worker import DrainWorker
from funsies.engine.worker import run_worker
from funsies.store.connect import open_backend
from funsies.store.key_names import DEFAULT_NAMESPACE
from funsies.store.submission import LOCAL_PREFIX, queue_name

PREFIX = "{funsies}:rq"


def answer(number: int) -> int:
    return number


def hold(channel: str) -> str:
    connection = redis.Redis.from_url(channel, decode_responses=True)
    connection.rpush("running", "")
    return connection.blpop("go", 600)[1]


def total(*numbers: int) -> int:
    return sum(numbers)


def run(stage, number):
    with f.Fun(stage.server):
        step = f.reduce(answer, number)
        f.execute(step)
        f.wait_for(step, timeout=30)
        return f.take(step)


def jobs(stage):
    with stage.redis() as connection:
        queue = f"{PREFIX}:queue:{queue_name('default')}"
        return connection.lrange(queue, 0, -1)


def queued_functions(stage):
    """What jobs in the queue call."""
    with stage.redis() as connection:
        kept = [
            connection.hget(f"{PREFIX}:job:{each.decode()}", "data") for each in jobs(stage)
        ]
    return {json.loads(zlib.decompress(each))[0] for each in kept if each is not None}


def put_job(stage, identity, record):
    """Queue an RQ job made by hand."""
    with stage.redis() as connection:
        connection.hset(f"{PREFIX}:job:{identity}", mapping=record)
        connection.rpush(f"{PREFIX}:queue:{queue_name('default')}", identity)


def record(function, *arguments, **fields):
    call = json.dumps([function, None, arguments, {}]).encode()
    fixed = {"data": zlib.compress(call), "status": "queued", "origin": queue_name("default")}
    return {**fixed, "created_at": "2026-01-01T00:00:00.000000Z", "timeout": "-1", **fields}


def test_a_graph_wide_and_deep_is_run_by_several_workers(stage):
    for _ in range(2):
        stage.start_worker()
    with f.Fun(stage.server):
        level = [f.reduce(answer, number) for number in range(64)]
        while len(level) > 1:
            level = [f.reduce(total, *level[at : at + 4]) for at in range(0, len(level), 4)]
        f.execute(*level)
        f.wait_for(*level, timeout=60)
        assert f.take(level[0]) == sum(range(64))


@pytest.mark.parametrize(
    "bad",
    [
        record("funsies.engine.drain_job.run", "another namespace", "default@3.11"),
        record("funsies.engine.drain_job.run", "funsies", "q", "too many"),
        {"data": b"\x80not json", "status": "queued"},
        {"status": "queued"},
        {"data": zlib.compress(b"[]"), "created_at": "long ago", "timeout": "soon"},
        record("funsies.engine.drain_job.run", "funsies", "q", status="unheard of"),
    ],
)
def test_a_malformed_job_does_no_harm(stage, bad):
    worker = stage.start_worker()
    put_job(stage, "bad", bad)
    assert run(stage, 42) == 42
    assert worker.is_alive()


def test_a_foreign_job_is_not_run(stage, tmp_path):
    marker = tmp_path / "ran"
    worker = stage.start_worker()
    put_job(stage, "foreign", record("os.system", f"touch {marker}"))
    assert run(stage, 42) == 42
    assert b"foreign" not in jobs(stage), "it was taken"
    # One of funsies' own may be there: who ends one while there is work queues the next.
    assert queued_functions(stage) <= {"funsies.engine.drain_job.run"}
    assert not marker.exists()
    assert worker.is_alive()


def test_a_worker_in_burst_mode_leaves_when_all_is_done(stage, ended):
    with f.Fun(stage.server):
        steps = [f.reduce(answer, number) for number in range(20)]
        f.execute(*steps)
        worker = stage.start_worker(burst=True)
        assert ended(worker)
        assert [f.take(step) for step in steps] == list(range(20))
    assert worker.exitcode == 0


def counting_forks(channel, server, queues, **options):
    """A worker that tells of each child that it forks."""
    connection = redis.Redis.from_url(channel)
    os.register_at_fork(before=lambda: connection.rpush("forks", ""))
    raise SystemExit(run_worker(server, queues, **options))


def test_no_child_is_forked_for_a_drain_job_that_comes_when_the_work_is_done(stage, ended):
    with f.Fun(stage.server):
        step = f.reduce(answer, 42)
        f.execute(step)
        drain = record("funsies.engine.drain_job.run", DEFAULT_NAMESPACE, queue_name("default"))
        for identity in ("late", "later"):
            put_job(stage, identity, drain)
        worker = stage.start_worker(
            target=counting_forks, arguments=(stage.channel.url,), burst=True
        )
        assert ended(worker)
        assert f.take(step) == 42
    assert jobs(stage) == [], "all drain jobs were taken"
    with closing(redis.Redis.from_url(stage.channel.url)) as connection:
        assert connection.llen("forks") == 1


def test_nothing_of_a_drain_job_stays_behind(stage, ended):
    worker = stage.start_worker()
    run(stage, 1)
    run(stage, 2)
    worker.terminate()
    assert ended(worker)
    with stage.redis() as connection:
        records = {key.rpartition(b":")[2] for key in connection.scan_iter(f"{PREFIX}:job:*")}
        assert records == set(jobs(stage)), "there are records of queued jobs only"
        assert list(connection.scan_iter(f"{PREFIX}:execution*")) == []


def test_idle_workers_get_as_many_drain_jobs_as_there_is_work_and_no_more(stage):
    """Without workers there is one drain job, however much there is to do."""
    backend = open_backend(stage.url)
    dispatch = Dispatch(backend.graph, stage.url)
    queue = queue_name("default")
    with f.Fun(stage.server):
        f.execute(*[f.reduce(answer, number) for number in range(20)])
    assert len(jobs(stage)) == 1
    dispatch.arm([queue])
    dispatch.arm([queue])
    assert len(jobs(stage)) == 1
    dispatch.arm([queue_name("nothing to do here"), queue_name(f"{LOCAL_PREFIX}program")])
    dispatch.close()
    backend.close()


@pytest.mark.parametrize("at_once", [False, True])
def test_workers_are_stopped_through_the_server(stage, ended, at_once):
    workers = [stage.start_worker() for _ in range(2)]
    with f.Fun(stage.server):
        step = f.reduce(hold, stage.channel.url)
        f.execute(step)
    stage.channel.hear("running")
    assert run(stage, 1) == 1, "the other worker is up as well"
    assert ask_workers_to_stop(stage.resolved, at_once=at_once) == 2
    assert ended(*workers, within_seconds=10)
    assert count_workers(stage.resolved, queue_name("default")) == 0
    assert [worker.exitcode for worker in workers] == [0, 0]


def test_a_worker_that_was_flushed_away_registers_again(own_stage):
    worker = own_stage.start_worker()
    assert run(own_stage, 1) == 1
    with own_stage.redis() as connection:
        connection.flushall()
    assert run(own_stage, 2) == 2
    assert count_workers(own_stage.resolved, queue_name("default")) == 1
    assert worker.is_alive()


def test_suspended_workers_wait(stage):
    """`rq suspend` and `rq resume` work as they do with RQ's own workers."""
    stage.start_worker()
    assert run(stage, 1) == 1
    with stage.redis() as connection, f.Fun(stage.server):
        connection.set(f"{PREFIX}:suspended", 1, ex=2)
        step = f.reduce(answer, 2)
        f.execute(step)
        f.wait_for(step, timeout=30)
        assert f.take(step) == 2


def test_several_queues_are_served_by_one_worker(stage):
    stage.start_worker("gpu", "default")
    with f.Fun(stage.server, f.options(queue="gpu")):
        on_gpu = f.reduce(answer, 1)
        f.execute(on_gpu)
        f.wait_for(on_gpu, timeout=30)
        assert f.take(on_gpu) == 1
    assert run(stage, 2) == 2


def stopped_at_birth(server, queues, **options):
    """A worker that is asked to stop as soon as it has registered."""
    register_birth = DrainWorker.register_birth

    def register_and_hear_a_signal(worker):
        register_birth(worker)
        os.kill(os.getpid(), signal.SIGTERM)

    DrainWorker.register_birth = register_and_hear_a_signal
    raise SystemExit(run_worker(server, queues, **options))


def test_a_worker_that_is_stopped_as_it_starts_leaves_no_record(stage, ended):
    process = stage.start_worker(target=stopped_at_birth)
    assert ended(process, within_seconds=15)
    assert process.exitcode == 0
    assert count_workers(stage.resolved, queue_name("default")) == 0


class Finalized:
    """Something that the worker lets go of as the signal comes."""

    def __del__(self):
        signal.raise_signal(signal.SIGTERM)


def stopped_in_a_finalizer(server, queues, **options):
    """A worker that is asked to stop while it waits, and Python calls a finalizer."""
    heartbeat, signals = DrainWorker.heartbeat, [Finalized()]

    def let_go(worker, *arguments, **others):
        if worker._may_leave and signals:
            signals.clear()
        heartbeat(worker, *arguments, **others)

    DrainWorker.heartbeat = let_go
    raise SystemExit(run_worker(server, queues, **options))


def test_a_worker_leaves_though_the_signal_came_in_a_finalizer(stage, ended):
    process = stage.start_worker(target=stopped_in_a_finalizer)
    assert ended(process, within_seconds=15)
    assert process.exitcode == 0
