"""Shell commands that do next to nothing, beside a plain loop and the start of the shells."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from functools import partial
from typing import Literal, TypeAlias

from harness import Case, Figures, Setting, seconds_of, server_and_workers, spread
from meter import Meter
from raw_rq import beside_raw_rq

import funsies as f
from funsies.session import Session

_Shell: TypeAlias = Literal["sh", "bash"]
_SHELLS: tuple[_Shell, ...] = ("sh", "bash")

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
        shells = {
            name: value for each in _SHELLS for name, value in _of(each, setting, session)
        }
    return {**meter.figures(), **spread("plain_loop_milliseconds", plain), **raw, **shells}


def _of(shell: _Shell, setting: Setting, session: Session) -> Iterator[tuple[str, object]]:
    """What commands take that are run by a shell, and what its bare start does, one by one."""
    meter, starts = Meter(session), []
    for repeat in range(setting.repeats):
        commands = [f"echo {shell} {repeat}.{number}" for number in range(setting.n)]
        with meter.measured(setting.n):
            _through_funsies(commands, shell)
        starts.append(seconds_of(partial(_start, shell, setting.n)) * 1000 / setting.n)
    yield from spread(f"{shell}_milliseconds_per_operation", meter.milliseconds()).items()
    yield f"{shell}_worker_cpu_ms_per_operation", meter.figures()["worker_cpu_ms_per_operation"]
    yield from spread(f"{shell}_start_milliseconds", starts).items()


def _start(shell: str, times: int) -> None:
    program = shutil.which(shell) or shell
    for _ in range(times):
        pid = os.posix_spawn(program, [program, "-c", "exit 0"], os.environ)
        os.waitpid(pid, 0)


def _through_funsies(commands: list[str], shell: _Shell | None = None) -> None:
    lines = count_lines(*(f.shell(each, interpreter=shell).stdout for each in commands))
    f.execute(lines).wait(timeout_seconds=600)
    if f.take(lines) != len(commands):
        raise RuntimeError("a command printed something else")


def _through_a_loop(commands: list[str]) -> None:
    for command in commands:
        with tempfile.TemporaryDirectory() as directory:
            subprocess.run(
                ["sh", "-c", command], cwd=directory, capture_output=True, check=True
            )
