"""Shell commands that do next to nothing, beside the same commands run by a plain loop."""

from __future__ import annotations

import subprocess
import tempfile
from functools import partial

from harness import Case, Figures, Setting, seconds_of, server_and_workers, spread
from meter import Meter
from raw_rq import beside_raw_rq

import funsies as f

CASE = Case(
    "n times echo, beside a plain loop of subprocess.run",
    n=200,
    quick_n=10,
    unit="commands",
    series=(100, 1000),
)


@f.task
def count_lines(*outputs: bytes) -> int:
    """Bring everything together."""
    return sum(output.count(b"\n") for output in outputs)


def measure(setting: Setting) -> Figures:
    """Milliseconds a command through funsies, and through ``subprocess.run`` one by one."""
    plain: list[float] = []
    with server_and_workers(setting.workers) as session:
        meter = Meter(session)
        for repeat in range(setting.repeats):
            commands = [f"echo {repeat}.{number}" for number in range(setting.n)]
            with meter.measured(setting.n):
                _through_funsies(commands)
            plain.append(seconds_of(partial(_through_a_loop, commands)) * 1000 / setting.n)
        raw = beside_raw_rq(setting, session, "shell", meter.milliseconds())
    return {**meter.figures(), **spread("plain_loop_milliseconds", plain), **raw}


def _through_funsies(commands: list[str]) -> None:
    lines = count_lines(*(f.shell(command).stdout for command in commands))
    f.execute(lines).wait(timeout_seconds=600)
    if f.take(lines) != len(commands):
        raise RuntimeError("a command printed something else")


def _through_a_loop(commands: list[str]) -> None:
    for command in commands:
        with tempfile.TemporaryDirectory() as directory:
            subprocess.run(
                ["sh", "-c", command], cwd=directory, capture_output=True, check=True
            )
