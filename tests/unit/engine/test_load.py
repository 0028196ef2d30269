"""What a step takes of its machine, with all the processes that it has started."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from funsies.engine.load import LEAST_SECONDS, Load, LoadMeter, read_load

MIB = 1 << 20

CHILD = """\
import sys, time
block = bytearray({size})
print("ready", flush=True)
sys.stdin.readline()
while True:
    sum(range(1000))
"""
PARENT = """\
import subprocess, sys
subprocess.run([sys.executable, "-c", sys.argv[1]])
"""

only_on_linux = pytest.mark.skipif(sys.platform != "linux", reason="read from /proc")


@only_on_linux
def test_descendants_count_their_memory_and_their_processors():
    child = CHILD.format(size=64 * MIB)
    command = [sys.executable, "-c", PARENT, child]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "start_new_session": True}
    with subprocess.Popen(command, **pipes) as parent:
        try:
            assert parent.stdout.readline() == b"ready\n"
            now = time.monotonic()
            meter = LoadMeter(parent.pid, clock=lambda: now)
            before = meter.read()
            assert before.memory_bytes > 64 * MIB
            parent.stdin.write(b"\n")
            parent.stdin.flush()
            _await_cpu_seconds(parent.pid, 0.2)
            now += 1.0
            assert meter.read().cpus > 0.1
        finally:
            os.killpg(parent.pid, 9)


def _await_cpu_seconds(pid: int, seconds: float) -> None:
    """Until so much more has been taken, whoever else the machine works for."""
    at = [0.0]
    meter, taken, until = LoadMeter(pid, clock=lambda: at[0]), 0.0, time.monotonic() + 60
    at[0] += 1.0
    meter.read()  # What was taken before: starting Python is a good part of what is awaited.
    while taken < seconds:
        assert time.monotonic() < until
        at[0] += 1.0
        taken += meter.read().cpus


@only_on_linux
def test_two_readings_in_a_row_say_the_same():
    """Processor time is counted in hundredths of a second: none may have passed."""
    now = 0.0
    meter = LoadMeter(os.getpid(), clock=lambda: now)
    now = 10.0
    first = meter.read()
    now += LEAST_SECONDS / 2
    assert meter.read() is first
    now += LEAST_SECONDS
    assert meter.read() is not first


@only_on_linux
def test_of_a_process_that_is_gone_nothing_is_said():
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    assert LoadMeter(gone.pid).read() is None


@only_on_linux
def test_of_very_many_processes_nothing_is_said(monkeypatch):
    """Looking at them would take long, each second."""
    monkeypatch.setattr("funsies.engine.load.MOST_PROCESSES", 1)
    with subprocess.Popen(["sleep", "1000"]) as child:
        assert LoadMeter(os.getpid()).read() is None
        child.kill()


def test_what_is_written_is_read_and_what_is_damaged_is_nothing():
    assert read_load(Load(1.5, 3 * MIB).written) == Load(1.5, 3 * MIB)
    for damaged in ("", " ", "1.5", "x 3", "1.5 3 4", "1.5 x"):
        assert read_load(damaged) is None
