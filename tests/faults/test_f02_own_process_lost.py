"""F2: a process that runs steps itself, without workers, is lost or leaves."""

from __future__ import annotations

import os
import signal

import pytest
import redis

import funsies as f
from funsies.client import local_run, stalls, waiting
from funsies.store.submission import LOCAL_PREFIX
from tests.conftest import QUICK, WORKERS


def hold(channel: str) -> str:
    """Wait for a word, and say who did."""
    connection = redis.Redis.from_url(channel, decode_responses=True)
    connection.rpush("horse", str(os.getpid()))
    return connection.blpop("go", 600)[1]


def wait_at_first(channel: str) -> str:
    """Take for ever in the first attempt."""
    connection = redis.Redis.from_url(channel)
    attempt = connection.rpush("runs", "")
    connection.rpush("horse", str(os.getpid()))
    if attempt == 1:
        connection.blpop("never", 600)
    return f"attempt {attempt}"


def build(channel: str) -> f.Artefact[str]:
    return f.reduce(wait_at_first, channel)


def fail() -> int:
    raise ValueError


def first(number: int, _other: int) -> int:
    return number


def run_alone(url: str, channel: str) -> None:
    local_run.TIMING = QUICK
    with f.Fun(f.Server(url), f.options(distributed=False)):
        f.execute(f.put(channel).bind(build))


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(stalls, "ORPHANED_SECONDS", 0.1)
    monkeypatch.setattr(waiting, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(local_run, "TIMING", QUICK)


@pytest.mark.usefixtures("impatient")
def test_what_a_program_asked_for_and_left_is_done_for_those_who_wait(stage):
    """It was to run the step itself, and left early, as its own result was an error."""
    stage.start_worker()
    with f.Fun(stage.server) as session:
        length = f.morph(len, f.reduce(hold, stage.channel.url))
        f.execute(length)
        stage.channel.hear("horse")
        f.execute(f.reduce(first, length, f.reduce(fail), opt=f.options(distributed=False)))
        state = session.backend.graph.states([length.operation.digest])[0]
        assert state.queue.startswith(LOCAL_PREFIX)
        stage.channel.say("go", "four")
        f.wait_for(length, timeout=30)
        assert f.take(length) == 4


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("is_distributed", [False, True])
def test_what_a_killed_program_had_built_is_run_by_the_next(stage, is_distributed):
    """Its dynamic step was over, and what that had built was running in the same process."""
    program = WORKERS.Process(target=run_alone, args=(stage.url, stage.channel.url))
    program.start()
    assert int(stage.channel.hear("horse")) == program.pid
    os.kill(program.pid, signal.SIGKILL)
    program.join(30)
    if is_distributed:
        stage.timing = QUICK
        stage.start_worker()
    with f.Fun(stage.server, f.options(distributed=is_distributed)):
        step = f.put(stage.channel.url).bind(build)
        f.execute(step)
        f.wait_for(step, timeout=60)
        assert f.take(step) == "attempt 2"
