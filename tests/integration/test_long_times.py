"""Times longer than systems can wait for at once, wherever users may give seconds."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from contextlib import closing

import pytest

import funsies as f
from funsies.cli.worker import timing_from
from funsies.core.errors import ErrorKind, OptionError
from funsies.engine.worker import leave_before_end
from funsies.run import signals
from funsies.run.process_exit import ExitNotice
from funsies.run.shell import processes

MONTH = 30 * 24 * 3600
LONG = [MONTH, 2.0**31, 1e300, 2**63 - 1]


def double(number: int) -> int:
    return 2 * number


def fail(number: int) -> int:
    raise ValueError(number)


@pytest.mark.parametrize("isolated", [False, True])
def test_steps_may_have_a_timeout_of_any_length(place: f.Server, isolated: bool) -> None:
    with f.Fun(place):
        steps = [
            step
            for seconds in LONG
            for options in [f.options(timeout_seconds=seconds, isolated=isolated)]
            for step in (
                f.shell(f"echo {seconds}", opt=options).stdout,
                f.reduce(double, int(min(seconds, 1e9)), opt=options),
            )
        ]
        f.execute(*steps)
        f.wait_for(*steps, timeout=60)
        assert all(f.take(step) for step in steps)


@pytest.mark.parametrize("seconds", [*LONG, float("inf"), 10**400])
def test_one_may_wait_for_any_time(place: f.Server, seconds: float) -> None:
    with f.Fun(place):
        step = f.reduce(double, 21)
        f.execute(step).wait(timeout_seconds=seconds, progress_seconds=seconds)
        f.wait_for(step, timeout=seconds)
        f.utils.execute_all([step], timeout=seconds)
        assert f.take(step) == 42


@pytest.mark.parametrize("timeout", [float("nan"), "60"])
def test_a_timeout_that_is_no_number_is_refused(place: f.Server, timeout: float) -> None:
    with f.Fun(place), pytest.raises(OptionError, match="a timeout is a number of seconds"):
        f.execute(f.reduce(double, 2)).wait(timeout_seconds=timeout)


def test_a_retry_may_be_as_far_away_as_one_likes(stage) -> None:
    stage.start_worker()
    with f.Fun(stage.server, f.options(retries=1, retry_delay_seconds=1e300)):
        far = f.reduce(fail, 1)
        near = f.reduce(double, 1)
        f.execute(far, near)
        f.wait_for(near, timeout=30)
        with pytest.raises(f.errors.WaitTimeoutError):
            f.wait_for(far, timeout=0.5)


# -- what is longer than one wait ends when it should all the same


@pytest.fixture
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (processes, signals):
        monkeypatch.setattr(module, "LONGEST_WAIT_SECONDS", 0.01)


@pytest.mark.usefixtures("_short_waits")
def test_a_timeout_of_several_waits_is_neither_early_nor_lost() -> None:
    short, long = (f.options(timeout_seconds=seconds) for seconds in (0.3, 60.0))
    with f.Fun(f.Server("memory://")):
        slow = f.shell("sleep 60", opt=short)
        quick = f.shell("sleep 0.1; echo in time", opt=long)
        python_steps = [f.reduce(sleep, 0.1, opt=long), f.reduce(sleep, 60.0, opt=short)]
        f.execute(slow, quick, *python_steps)
        assert f.take(quick.stdout) == b"in time\n"
        assert f.take(python_steps[0]) == 0.1
        for step in (slow.stdout, python_steps[1]):
            assert f.take(step, strict=False).failure().kind is ErrorKind.JobTimedOut


def sleep(seconds: float) -> float:
    import time  # noqa: PLC0415 - a step of its own

    time.sleep(seconds)
    return seconds


def test_the_end_of_a_process_is_noticed_however_long_one_waits() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with closing(ExitNotice(child.pid)) as watch:
        child.stdin.write(b"\n")
        child.stdin.close()
        assert watch.wait(1e300)
    child.wait()


def test_a_job_of_a_batch_system_may_be_as_long_as_one_likes() -> None:
    before = signal.getsignal(signal.SIGALRM)
    try:
        assert leave_before_end(1e300, 30.0)
        assert signal.getitimer(signal.ITIMER_REAL)[0] > MONTH
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_the_patience_of_workers_may_be_as_long_as_one_likes() -> None:
    timing = timing_from({"FUNSIES_LEASE_SECONDS": "1e300", "FUNSIES_TICK_SECONDS": "1e300"})
    assert MONTH * 1000 < timing.lease_ms < 2**53
    assert timing.renew_seconds < threading.TIMEOUT_MAX
