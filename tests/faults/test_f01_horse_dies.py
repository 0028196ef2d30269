"""F1: a work-horse dies. The step is started again, up to a limit, then ends in an error."""

from __future__ import annotations

import ctypes
import os
import signal

import pytest
import redis

import funsies as f
from funsies.core.errors import Error, ErrorKind
from funsies.store.execution_record import decode_record


def die(channel: str, how: str) -> int:
    """Die, and leave a trace of having lived."""
    redis.Redis.from_url(channel).rpush("runs", str(os.getpid()))
    if how == "exit 0":
        os._exit(0)
    if how == "exit 3":
        os._exit(3)
    if how == "segmentation fault":
        ctypes.string_at(0)
    os.kill(os.getpid(), signal.SIGKILL)
    return 1


def die_once(channel: str) -> str:
    """Die in the first attempt."""
    connection = redis.Redis.from_url(channel)
    if connection.rpush("runs", "") == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return "lived"


def follow(number: int) -> int:
    return number + 1


def plain(number: int) -> int:
    return 2 * number


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "exit_code", "signal_name"),
    [
        ("kill", None, "SIGKILL"),
        ("segmentation fault", None, "SIGSEGV"),
        ("exit 0", 0, None),
        ("exit 3", 3, None),
    ],
)
def test_a_step_that_kills_its_process_ends_in_an_error_and_the_worker_lives(
    stage, how, exit_code, signal_name
):
    worker = stage.start_worker()
    with f.Fun(stage.server, f.options(lost_retries=1)) as session:
        deadly = f.reduce(die, stage.channel.url, how)
        after = f.reduce(follow, deadly)
        harmless = f.reduce(plain, 21)
        f.execute(after, harmless)
        f.wait_for(after, harmless, timeout=30)
        error = f.take(deadly, strict=False).failure()
        assert f.take(harmless) == 42
        assert f.take(after, strict=False).failure() == error
        record = decode_record(session.backend.graph.records([deadly.producer])[0])

    assert record is not None
    assert record.was_killed
    assert (record.worker, record.host, record.attempt) == (error.worker, error.host, 2)
    assert record.peak_memory_bytes == error.peak_memory_bytes
    assert 0 <= record.seconds < 30
    assert isinstance(error, Error)
    assert error.kind is ErrorKind.WorkerLost
    assert (error.exit_code, error.signal) == (exit_code, signal_name)
    assert error.attempts == len(stage.channel.said("runs")) == 2
    assert error.worker is not None
    assert error.peak_memory_bytes > 1 << 20
    assert worker.is_alive()


def test_a_step_that_loses_one_process_gives_its_value(stage):
    stage.start_worker()
    with f.Fun(stage.server):
        unlucky = f.reduce(die_once, stage.channel.url)
        f.execute(unlucky)
        f.wait_for(unlucky, timeout=30)
        assert f.take(unlucky) == "lived"
    assert len(stage.channel.said("runs")) == 2


def test_a_lost_worker_is_not_remembered_as_a_result(stage):
    """The next ``execute`` tries again."""
    stage.start_worker()
    with f.Fun(stage.server, f.options(lost_retries=0)):
        unlucky = f.reduce(die_once, stage.channel.url)
        f.execute(unlucky)
        f.wait_for(unlucky, timeout=30)
        assert f.take(unlucky, strict=False).failure().kind is ErrorKind.WorkerLost
        f.execute(unlucky)
        f.wait_for(unlucky, timeout=30)
        assert f.take(unlucky) == "lived"
