"""A worker in a job of a batch system leaves before its time is over, and loses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest

from funsies.cli.worker import seconds_left
from funsies.config import ConfigurationError
from funsies.engine.worker import leave_before_end
from funsies.local.daemons import wait_until

SCRIPT = """\
import os
import funsies as f

with f.Fun():
    # Says that it has begun, and goes on when it is told to.
    held = f.shell("echo begun > $PLACE/begun; cat $PLACE/go")
    f.execute(held)
    print(held.stdout.hash[:10])
"""
QUICK = {"FUNSIES_STOP_GRACE_SECONDS": "0.2", "FUNSIES_WALLTIME_MARGIN_SECONDS": "2"}


@pytest.fixture
def held(shell) -> str:
    """A step that was asked for and waits for a word; its hash."""
    shell.variables |= {**QUICK, "PLACE": str(shell.place)}
    for pipe in ("begun", "go"):
        os.mkfifo(shell.place / pipe)
    shell.start_funsies()
    return shell.python(shell.script("held.py", SCRIPT)).text.strip()


def exit_code(worker: subprocess.Popen[str]) -> int:
    """Wait until a worker has left."""
    worker.communicate(timeout=30)
    return worker.returncode


def finish(shell, held: str) -> None:
    """Another job with another worker computes what the first could not."""
    other = shell.launch("worker", "--burst")
    assert (shell.place / "begun").read_text() == "begun\n"
    (shell.place / "go").write_text("done")
    done = shell.funsies("cat", "--wait", held)
    assert done.text == "done"
    assert exit_code(other) == 0


@pytest.mark.slow
@pytest.mark.parametrize("more", [[], ["--workers", "1"]], ids=["one", "pool"])
def test_a_worker_leaves_before_its_walltime_and_puts_its_step_back(shell, held, more) -> None:
    """Its alarm is not waited for: how long it takes to begin is the machine's affair."""
    worker = shell.launch("worker", "--walltime", "3600", *more)
    assert (shell.place / "begun").read_text() == "begun\n"
    worker.send_signal(signal.SIGALRM)
    assert exit_code(worker) == 0
    finish(shell, held)


@pytest.mark.slow
def test_in_a_slurm_job_a_worker_knows_when_its_time_is_over(shell, held) -> None:
    shell.variables["SLURM_JOB_END_TIME"] = str(int(time.time()) + 3600)
    worker = shell.launch("worker")
    assert (shell.place / "begun").read_text() == "begun\n"
    worker.send_signal(signal.SIGALRM)
    assert exit_code(worker) == 0
    del shell.variables["SLURM_JOB_END_TIME"]
    finish(shell, held)


@pytest.mark.slow
@pytest.mark.parametrize("walltime", ["2.01", "2.5", "4"])
def test_however_early_its_time_is_over_a_worker_leaves_in_order(shell, held, walltime) -> None:
    """While it starts, waits for a server or a job, or runs a step, which is put back."""
    worker = shell.launch("worker", "--walltime", walltime)
    assert exit_code(worker) == 0
    finish(shell, held)


def test_a_worker_is_asked_to_leave_a_margin_before_its_end() -> None:
    before = signal.getsignal(signal.SIGALRM)
    asked: list[int] = []
    leaving = signal.signal(signal.SIGTERM, lambda number, _: asked.append(number))
    try:
        assert leave_before_end(3600.0, 30.0)
        left_seconds, _ = signal.setitimer(signal.ITIMER_REAL, 0)
        assert 3000 < left_seconds <= 3570
        assert leave_before_end(30.001, 30.0)
        assert wait_until(lambda: asked == [signal.SIGTERM], 60)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        signal.signal(signal.SIGTERM, leaving)


@pytest.mark.slow
def test_a_worker_with_too_little_time_begins_nothing(shell, held) -> None:
    done = shell.funsies("worker", "--walltime", "1")
    assert done.code == 0
    assert "1 seconds are left" in done.err
    finish(shell, held)


def test_an_end_that_is_no_time_is_refused() -> None:
    assert seconds_left({}, 0.0) is None
    assert seconds_left({"SLURM_JOB_END_TIME": "5"}, 9.0) == 0.0
    with pytest.raises(ConfigurationError, match="SLURM_JOB_END_TIME"):
        seconds_left({"SLURM_JOB_END_TIME": "soon"}, 0.0)
