"""Failures of a step and losses of its workers are counted apart, each with its limit."""

from __future__ import annotations

import os
import signal
import time

import pytest
import redis

import funsies as f
from funsies.core.errors import ErrorKind
from tests.conftest import QUICK

FOREVER = 600


def live(channel: str, name: str, *fates: str) -> str:
    """Meet the fate of this start; say which start it was."""
    connection = redis.Redis.from_url(channel)
    start = connection.rpush(name, str(os.getpid()))
    fate = fates[min(start, len(fates)) - 1]
    if fate == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if fate == "raise":
        raise ValueError(f"start {start}")
    if fate == "sleep":
        connection.rpush("sleeping", str(os.getpid()))
        time.sleep(FOREVER)
    return f"lived at start {start}"


CASES = {
    ("kill", "raise", "ok"): (1, 2, "lived at start 3"),
    ("raise", "raise", "kill", "ok"): (2, 2, "lived at start 4"),
    ("raise", "kill", "raise"): (1, 2, ErrorKind.ExceptionRaised),
    ("kill", "raise", "kill"): (3, 1, ErrorKind.WorkerLost),
    ("kill", "sleep", "sleep"): (1, 2, ErrorKind.JobTimedOut),
    ("raise", "kill", "kill", "raise", "ok"): (2, 2, "lived at start 5"),
}


@pytest.mark.slow
def test_each_counter_has_its_own_limit(stage):
    """All at once on one worker, whose horses are killed over and over again."""
    stage.start_worker()
    steps = {}
    with f.Fun(stage.server):
        for number, (fates, (retries, lost_retries, _)) in enumerate(CASES.items()):
            options = f.options(
                retries=retries,
                lost_retries=lost_retries,
                timeout_seconds=1 if "sleep" in fates else None,
            )
            arguments = (stage.channel.url, f"starts {number}", *fates)
            steps[fates] = f.reduce(live, *arguments, opt=options)
        f.execute(*steps.values())
        f.wait_for(*steps.values(), timeout=60)
        ends = {fates: f.take(step, strict=False) for fates, step in steps.items()}

    for number, (fates, (_, _, expected)) in enumerate(CASES.items()):
        end = ends[fates]
        if isinstance(expected, ErrorKind):
            assert (end.failure().kind, end.failure().attempts) == (expected, len(fates))
        else:
            assert end.value_or(end) == expected, fates
        if "sleep" not in fates:  # its second may be over before it could say anything
            assert len(stage.channel.said(f"starts {number}")) == len(fates), fates


@pytest.mark.slow
@pytest.mark.parametrize("lost", [signal.SIGKILL, signal.SIGTERM])
def test_a_machine_that_is_lost_or_has_to_leave_takes_no_retry(stage, lost):
    """The whole process group goes, with nobody left to settle what it ran."""
    stage.timing = QUICK
    first = stage.start_worker()
    with f.Fun(stage.server):
        fates = ("sleep", "raise", "ok")
        step = f.reduce(
            live, stage.channel.url, "starts", *fates, opt=f.options(retries=1, lost_retries=1)
        )
        f.execute(step)
        horse = int(stage.channel.hear("sleeping"))
        os.kill(first.pid, lost)
        if lost == signal.SIGKILL:
            os.kill(horse, signal.SIGKILL)
        stage.start_worker()
        f.wait_for(step, timeout=60)
        assert f.take(step) == "lived at start 3"
