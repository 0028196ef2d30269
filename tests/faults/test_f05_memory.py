"""F5: a step uses more memory than there is."""

from __future__ import annotations

import os
import resource
import signal
from pathlib import Path

import pytest
import redis

import funsies as f
from funsies.core.errors import ErrorKind
from funsies.engine.worker import run_worker
from funsies.run import oom


def grow() -> int:
    """Ask for more than this process may have."""
    limit = 4 << 30
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    try:
        return len(bytearray(2 * limit))
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def be_killed_for_memory(channel: str, counter: str) -> int:
    """Do as the kernel does: count, and kill."""
    redis.Redis.from_url(channel).rpush("runs", "")
    held = bytearray(b"x" * (64 << 20))
    path = Path(counter)
    kills = int(path.read_text().split()[1]) + 1
    path.write_text(f"oom_kill {kills}\n")
    os.kill(os.getpid(), signal.SIGKILL)
    return len(held)


def work_where_the_kernel_counts_here(counter, server, queues, timing):
    oom.CGROUP = Path("/nonexistent")
    oom.VMSTAT = Path(counter)
    run_worker(server, queues, timing=timing)


@pytest.fixture
def counter(tmp_path):
    path = tmp_path / "vmstat"
    path.write_text("oom_kill 0\n")
    return path


def test_a_step_that_runs_out_of_memory_ends_in_an_error(stage):
    stage.start_worker()
    with f.Fun(stage.server):
        step = f.reduce(grow)
        f.execute(step)
        f.wait_for(step, timeout=30)
        error = f.take(step, strict=False).failure()
    assert error.kind is ErrorKind.OutOfMemory
    assert error.is_infrastructure


def test_a_step_that_the_kernel_kills_for_its_memory_stops_after_its_attempts(stage, counter):
    """The count is made here; a limit that would make the kernel kill needs rights on it."""
    stage.start_worker(target=work_where_the_kernel_counts_here, arguments=(str(counter),))
    with f.Fun(stage.server, f.options(lost_retries=1)):
        step = f.reduce(be_killed_for_memory, stage.channel.url, str(counter))
        f.execute(step)
        f.wait_for(step, timeout=30)
        error = f.take(step, strict=False).failure()
    assert error.kind is ErrorKind.OutOfMemory
    assert error.attempts == len(stage.channel.said("runs")) == 2
    assert error.peak_memory_bytes > 64 << 20
    assert error.signal == "SIGKILL"
