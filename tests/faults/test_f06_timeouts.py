"""F6, F12: a step takes too long, or leaves processes behind. Everything of it is ended."""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
import time

import pytest
import redis

import funsies as f
from funsies.core.errors import ErrorKind

TIMEOUT_SECONDS = 1.0


def sleep_politely() -> int:
    time.sleep(600)
    return 1


def sleep_stubbornly() -> int:
    while True:
        with contextlib.suppress(BaseException):
            time.sleep(600)


def sleep_in_c() -> int:
    """Hold the interpreter in a deadlock, so that no Python code can run, no handler either."""
    mutex = ctypes.create_string_buffer(256)
    library = ctypes.PyDLL(None)
    library.pthread_mutex_lock(mutex)
    return library.pthread_mutex_lock(mutex)


def spawn_and_leave(fifo: str) -> str:
    """Leave a child behind that has a session of its own."""
    subprocess.Popen(["sh", "-c", f"exec 3>{fifo}; sleep 600"], start_new_session=True)
    with open(fifo) as reader:  # noqa: PTH123 - it waits for the child to be there
        reader.read(0)
    return "left"


def spawn_and_hang(fifo: str) -> str:
    spawn_and_leave(fifo)
    return str(sleep_in_c())


def hold(before: str, channel: str) -> str:
    word = redis.Redis.from_url(channel, decode_responses=True).blpop("go", 600)[1]
    return f"{before} {word}"


def answer(number: int) -> int:
    return number


@pytest.fixture
def fifo(tmp_path):
    """A named pipe that shows, by its end, the end of all processes that have it open."""
    path = tmp_path / "fifo"
    os.mkfifo(path)
    return path


@contextlib.contextmanager
def opened_for_reading(fifo):
    """The pipe, without waiting for its writer: the time of a step may be over before it is."""
    with os.fdopen(os.open(fifo, os.O_RDONLY | os.O_NONBLOCK), "rb") as reader:
        os.set_blocking(reader.fileno(), True)
        yield reader


def take_error(stage, step, within_seconds):
    with f.Fun(stage.server):
        started = time.monotonic()
        f.wait_for(step, timeout=30)
        assert time.monotonic() - started < within_seconds
        return f.take(step, strict=False).failure()


@pytest.mark.slow
@pytest.mark.parametrize("sleep", [sleep_politely, sleep_stubbornly, sleep_in_c])
def test_a_function_that_takes_too_long_ends_in_an_error(stage, sleep):
    worker = stage.start_worker()
    with f.Fun(stage.server, f.options(timeout=TIMEOUT_SECONDS)):
        step, next_step = f.reduce(sleep), f.reduce(answer, 42, opt=f.options(timeout=30))
        f.execute(step, next_step)
        error = take_error(stage, step, within_seconds=20)
        f.wait_for(next_step, timeout=30)
        assert f.take(next_step) == 42
    assert error.kind is ErrorKind.JobTimedOut
    assert error.attempts == 1
    assert worker.is_alive()


def test_a_command_that_takes_too_long_is_ended_with_its_children(stage, fifo):
    stage.start_worker()
    with opened_for_reading(fifo) as reader:
        with f.Fun(stage.server, f.options(timeout=TIMEOUT_SECONDS)):
            step = f.shell(f"sh -c 'exec 3>{fifo}; sleep 600' & sleep 600")
            f.execute(step.stdout)
        error = take_error(stage, step.stdout, within_seconds=20)
        assert reader.read() == b"", "the pipe ends with the last process that has it"
    assert error.kind is ErrorKind.JobTimedOut


def test_children_of_a_killed_step_do_not_outlive_it(stage, fifo):
    stage.start_worker()
    with opened_for_reading(fifo) as reader:
        with f.Fun(stage.server, f.options(timeout=TIMEOUT_SECONDS)):
            step = f.reduce(spawn_and_hang, str(fifo))
            f.execute(step)
        error = take_error(stage, step, within_seconds=20)
        assert reader.read() == b""
    assert error.kind is ErrorKind.JobTimedOut


@pytest.mark.slow
def test_a_timeout_is_retried_as_often_as_asked(stage):
    stage.start_worker()
    with f.Fun(stage.server, f.options(timeout=TIMEOUT_SECONDS, retries=1)):
        step = f.reduce(sleep_in_c)
        f.execute(step)
    assert take_error(stage, step, within_seconds=25).attempts == 2


def test_children_that_a_step_leaves_behind_are_ended_with_it(stage, fifo):
    """F12: not only when the work-horse ends, which goes on with the next step."""
    stage.start_worker()
    with f.Fun(stage.server):
        step = f.reduce(spawn_and_leave, str(fifo))
        next_step = f.reduce(hold, step, stage.channel.url)
        f.execute(next_step)
        with fifo.open() as reader:
            assert reader.read() == ""
        stage.channel.say("go", "on")
        f.wait_for(next_step, timeout=30)
        assert f.take(next_step) == "left on"
