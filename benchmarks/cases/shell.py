"""Shell commands that do next to nothing, beside the same commands run by a plain loop."""

from __future__ import annotations

import subprocess
import tempfile
from functools import partial

from harness import Figures, Setting, seconds_of, server_and_workers, spread

import funsies as f


@f.task
def count_lines(*outputs: bytes) -> int:
    """Bring everything together."""
    return sum(output.count(b"\n") for output in outputs)


def measure(setting: Setting) -> Figures:
    """Milliseconds a command through funsies, and through ``subprocess.run`` one by one."""
    ours: list[float] = []
    plain: list[float] = []
    with server_and_workers(setting.workers):
        for repeat in range(setting.repeats):
            commands = [f"echo {repeat}.{number}" for number in range(setting.n)]
            ours.append(seconds_of(partial(_through_funsies, commands)))
            plain.append(seconds_of(partial(_through_a_loop, commands)))
    each = 1000 / setting.n
    return {
        "operations": setting.n + 1,
        **spread("milliseconds_per_operation", [seconds * each for seconds in ours]),
        **spread("plain_loop_milliseconds", [seconds * each for seconds in plain]),
    }


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
