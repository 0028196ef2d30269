"""F5: a step uses more memory than there is."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis

import funsies as f
from funsies.core.errors import ErrorKind
from funsies.engine.timing import Timing
from funsies.engine.worker import run_worker
from funsies.run.machine_faults import memory


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
    memory.CGROUP = Path("/nonexistent")
    memory.VMSTAT = Path(counter)
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


FOREIGN = """\
import os, signal, sys
import funsies as f

def be_killed(counter: str, runs: str) -> int:
    with open(runs, "a") as file:
        file.write("x")
    held = bytearray(b"x" * (64 << 20))
    if counter:
        with open(counter) as file:
            kills = int(file.read().split()[1]) + 1
        with open(counter, "w") as file:
            file.write(f"oom_kill {kills}\\n")
    os.kill(os.getpid(), signal.SIGKILL)
    return len(held)

with f.Fun(f.Server(sys.argv[1])):
    print(f.reduce(be_killed, *sys.argv[2:]).hash)
"""


@pytest.mark.slow
@pytest.mark.parametrize("for_memory", [True, False])
def test_a_foreign_step_that_a_program_runs_itself_says_the_same(
    stage, counter, tmp_path, monkeypatch, for_memory: bool
):
    """It runs in a process of its own, whose end is told at once: no lease runs out."""
    script = tmp_path / "foreign.py"
    script.write_text(FOREIGN)
    runs = tmp_path / "runs"
    given = [stage.url, str(counter) if for_memory else "", str(runs)]
    foreign = subprocess.check_output([sys.executable, script, *given], text=True).strip()
    monkeypatch.setattr(memory, "CGROUP", Path("/nonexistent"))
    monkeypatch.setattr(memory, "VMSTAT", counter)
    started = time.monotonic()
    with f.Fun(stage.server, f.options(distributed=False, lost_retries=1)):
        step = f.get(foreign)
        f.execute(step)
        error = f.take(step, strict=False).failure()
    kind = ErrorKind.OutOfMemory if for_memory else ErrorKind.WorkerLost
    assert (error.kind, error.signal, error.attempts) == (kind, "SIGKILL", 2)
    assert runs.read_text() == "xx"
    assert error.peak_memory_bytes > 64 << 20
    assert error.host
    assert ("at its peak. The limit is " in error.details) is for_memory
    assert time.monotonic() - started < 2 * Timing().lease_seconds


@pytest.fixture
def group():
    """A control group whose processes may have 300 MiB, if this machine lets us make one."""
    place = _own_group() / f"funsies-test-{os.getpid()}"
    try:
        place.mkdir()
    except OSError as problem:
        pytest.skip(f"no control group can be made here: {problem}")
    try:
        names = ("memory.max", "memory.limit_in_bytes")
        limit = next((place / name for name in names if (place / name).exists()), None)
        if limit is None:
            pytest.skip("control groups made here have no limit of memory")
        limit.write_text(str(300 << 20))
        yield place
    finally:
        place.rmdir()


def _own_group():
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, name = line.split(":", 2)
        if "memory" in controllers.split(","):
            return Path("/sys/fs/cgroup/memory") / name.lstrip("/")
    return Path("/sys/fs/cgroup")


def work_in_group(place, server, queues, timing):
    (Path(place) / "cgroup.procs").write_text(str(os.getpid()))
    run_worker(server, queues, timing=timing)


def hold(size_bytes: int) -> int:
    """Have and use so much memory."""
    return len(bytearray(b"x" * size_bytes))


def build_after_holding(size_bytes: int) -> f.Artefact[int]:
    hold(size_bytes)
    return f.put(size_bytes)


def die(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


HOLDS = f"{sys.executable} -c 'bytearray(b\"x\" * {400 << 20})'"
STEPS_TOO_LARGE = {
    "plain": lambda: f.reduce(hold, 400 << 20),
    "isolated": lambda: f.reduce(hold, 400 << 20, opt=f.options(isolated=True)),
    "shell": lambda: f.shell(HOLDS).stdout,
    "shell without checks": lambda: f.shell(HOLDS, check=False).stdout,
    "shell that hides the signal": lambda: f.shell(f"{HOLDS} || exit 2").stdout,
    "dynamic": lambda: f.put(400 << 20).bind(build_after_holding),
}


@pytest.mark.slow
def test_what_the_kernel_kills_for_its_memory_says_peak_limit_and_remedy(stage, group, ended):
    """Of every kind; and a SIGKILL by somebody else is still the loss of a worker."""
    worker = stage.start_worker(target=work_in_group, arguments=(str(group),))
    with f.Fun(stage.server, f.options(lost_retries=0)):
        steps = {name: make() for name, make in STEPS_TOO_LARGE.items()}
        for step in steps.values():  # one at a time: the count is that of the group
            f.execute(step)
            f.wait_for(step, timeout=60)
        lost = f.reduce(die, 1), f.reduce(die, 2, opt=f.options(isolated=True, lost_retries=0))
        f.execute(*lost)
        f.wait_for(*lost, timeout=60)
        errors = {name: f.take(step, strict=False).failure() for name, step in steps.items()}
        others = [f.take(step, strict=False).failure() for step in lost]
    worker.terminate()
    assert ended(worker)
    for name, error in errors.items():
        assert error.kind is ErrorKind.OutOfMemory, (name, error)
        assert error.is_infrastructure, name
        assert 150 << 20 < error.peak_memory_bytes < 400 << 20, (name, error)
        for said in ("at its peak", "The limit is 300 MiB", "Give it more"):
            assert said in error.details, (name, error)
    assert [error.kind for error in others] == [ErrorKind.WorkerLost] * 2
    assert all(error.peak_memory_bytes for error in others)


@pytest.mark.parametrize("where", ["memory", "workers"])
def test_a_step_that_is_refused_memory_says_peak_limit_and_remedy(stage, where):
    refused = "ulimit -v 300000; " + HOLDS
    server = f.Server("memory://") if where == "memory" else stage.server
    if where == "workers":
        stage.start_worker()
    with f.Fun(server):
        steps = f.reduce(grow), f.shell(refused).stdout
        f.execute(*steps)
        f.wait_for(*steps, timeout=60)
        errors = [f.take(step, strict=False).failure() for step in steps]
    for error in errors:
        assert error.kind is ErrorKind.OutOfMemory
        assert error.peak_memory_bytes > 1 << 20
        assert "at its peak. The limit is " in error.details


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
