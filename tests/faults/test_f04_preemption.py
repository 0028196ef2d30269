"""F4: a worker is asked to leave while it runs a step. The step is put back, never stored."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace

import pytest
import redis

import funsies as f
from funsies.engine.rq_binding.drain_worker import DrainWorker
from funsies.engine.worker import run_worker
from funsies.store.connect import open_backend
from funsies.store.rows import Status


def hold(channel: str, manners: str) -> str:
    """Wait for a word; say who does."""
    connection = redis.Redis.from_url(channel, decode_responses=True)
    attempt = connection.rpush("runs", "")
    connection.rpush("horse", str(os.getpid()))
    while True:
        try:
            word = connection.blpop("go", 600)[1]
        except BaseException:
            if manners == "stubborn":
                continue
            connection.rpush("cleaned up", "")
            raise
        return f"{word} in attempt {attempt}"


def work_and_tell(channel, server, queues, timing):
    """Be a worker that says when it has taken a signal: on a busy machine that waits."""
    request_stop = DrainWorker.request_stop

    def tell(worker, number, frame):
        try:
            request_stop(worker, number, frame)
        finally:
            with redis.Redis.from_url(channel) as connection:
                connection.rpush("asked to stop", number)

    DrainWorker.request_stop = tell
    run_worker(server, queues, timing=timing)


def start_telling(stage, **timing):
    return stage.start_worker(
        timing=replace(stage.timing, **timing),
        target=work_and_tell,
        arguments=(stage.channel.url,),
    )


@pytest.fixture
def running(stage):
    """Have a step run on a worker; give the step, the worker, and the horse."""

    def running(manners="polite", **timing):
        worker = start_telling(stage, **timing)
        with f.Fun(stage.server):
            step = f.reduce(hold, stage.channel.url, manners)
            f.execute(step)
        return step, worker, int(stage.channel.hear("horse"))

    return running


def state(stage, step):
    backend = open_backend(stage.url)
    try:
        (operation,) = [
            found.digest for found in backend.graph.find("", 10) if found.is_operation
        ]
        return backend.graph.states([operation])[0]
    finally:
        backend.close()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_asked_to_leave_puts_its_step_back(stage, running, ended, number):
    step, worker, _ = running()
    os.kill(worker.pid, number)
    assert ended(worker, within_seconds=10)
    assert worker.exitcode == 0

    left = state(stage, step)
    assert (left.status, left.attempts, left.results) == (Status.READY, 0, ())
    assert stage.channel.said("cleaned up"), "it could release what it held"
    _finish_elsewhere(stage, step)


def _finish_elsewhere(stage, step):
    stage.start_worker()
    stage.channel.hear("horse")
    stage.channel.say("go", "done")
    with f.Fun(stage.server):
        f.wait_for(step, timeout=30)
        assert f.take(step) == "done in attempt 2"


def test_a_step_that_ends_within_the_grace_is_stored(stage, running, ended):
    step, worker, _ = running(stop_grace_seconds=20.0)
    worker.terminate()
    stage.channel.say("go", "in time")
    assert ended(worker, within_seconds=15)
    with f.Fun(stage.server):
        assert f.take(step) == "in time in attempt 1"


def test_a_step_that_takes_no_notice_is_put_back_all_the_same(stage, running, ended):
    step, worker, horse = running("stubborn")
    worker.terminate()
    assert ended(worker, within_seconds=10)
    with pytest.raises(ProcessLookupError):
        os.kill(horse, 0)
    assert state(stage, step).status is Status.READY
    assert state(stage, step).attempts == 0


def test_a_signal_to_the_whole_group_still_leaves_the_grace(stage, running, ended):
    """A batch system sends SIGTERM to all processes of a job."""
    step, worker, horse = running(stop_grace_seconds=20.0)
    os.kill(horse, signal.SIGTERM)
    os.kill(worker.pid, signal.SIGTERM)
    stage.channel.say("go", "in time")
    assert ended(worker, within_seconds=15)
    with f.Fun(stage.server):
        assert f.take(step) == "in time in attempt 1"


def test_a_second_signal_ends_the_worker_at_once(stage, running, ended):
    step, worker, horse = running(stop_grace_seconds=600.0)
    worker.terminate()
    stage.channel.hear("asked to stop")
    started = time.monotonic()
    assert not ended(worker, within_seconds=stage.timing.debounce_seconds + 0.2)
    worker.terminate()
    assert ended(worker, within_seconds=10)
    assert time.monotonic() - started < 10
    with pytest.raises(ProcessLookupError):
        os.kill(horse, 0)
    assert state(stage, step).status is Status.READY
    assert state(stage, step).attempts == 0


def test_an_idle_worker_leaves_at_once(stage, ended):
    worker = stage.start_worker()
    with f.Fun(stage.server):
        step = f.reduce(hold, stage.channel.url, "polite")
        stage.channel.say("go", "warm")
        f.execute(step)
        f.wait_for(step, timeout=30)
    worker.terminate()
    assert ended(worker, within_seconds=15)
    assert worker.exitcode == 0


@pytest.mark.slow
def test_a_command_that_is_stopped_with_its_worker_is_no_result(stage, ended, tmp_path):
    """Even if the command takes the signal for a reason to fail by itself."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    worker = start_telling(stage, stop_grace_seconds=20.0)
    with f.Fun(stage.server):
        step = f.shell(f"trap 'exit 7' TERM; echo $$ > {fifo}; while :; do sleep 1; done")
        f.execute(step.stdout)
    command = int(fifo.read_text())
    worker.terminate()
    stage.channel.hear("asked to stop")
    os.kill(command, signal.SIGTERM)
    assert ended(worker, within_seconds=15)
    left = state(stage, step)
    assert (left.status, left.attempts, left.results) == (Status.READY, 0, ())
