"""A program with modules of its own: what it costs that its code gets to the workers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from harness import Case, Figures, Setting, server_and_workers, spread

CASE = Case(
    "the first steps of a program whose code has n modules, in fresh work-horses",
    n=20,
    quick_n=2,
    unit="modules",
)

MODULE = '''\
"""Module {number} of a project."""

import enum
from dataclasses import dataclass
{imports}

FACTORS = {{"low": {number}, "high": {number} + 10}}


class Kind(enum.Enum):
    SMALL = 1
    LARGE = 2


@dataclass
class Part:
    size: int
    kind: Kind = Kind.SMALL

    def weight(self) -> int:
        return self.size * FACTORS["low"]


def total(size: int) -> int:
    own = Part(size).weight()
    return own{call}
'''

PROGRAM = """\
import json, sys, time
import funsies as f
import module_0

def step(size: int) -> int:
    return module_0.total(size)

def seconds(action):
    started = time.perf_counter()
    action()
    return time.perf_counter() - started

run = int(sys.argv[1])
with f.Fun():
    steps = []
    build = seconds(lambda: steps.append(f.reduce(step, 2 * run)))
    first = seconds(lambda: f.execute(*steps).wait(timeout_seconds=60))
    more = f.reduce(step, 2 * run + 1)
    second = seconds(lambda: f.execute(more).wait(timeout_seconds=60))
    expected = step(2 * run + 1)
    assert f.take(more) == expected, (f.take(more), expected)
    task = steps[0].operation.task
    contents = sum(map(len, getattr(task, "contents", dict)().values()))
    print(json.dumps([build, first, second, len(task.payload()), contents]))
"""


def measure(setting: Setting) -> Figures:
    """Times of a program whose step reaches all of its modules, each of the runs a new process.

    ``first`` is the first step of a program that no worker knows but from earlier runs, and
    ``next`` the one after it: each starts a fresh work-horse, since the queue is empty between.
    """
    with server_and_workers(setting.workers) as session:
        if session.server.directory is None:
            raise RuntimeError("the server has no directory in which the program would find it")
        place = session.server.directory.parent / "project"
        write_project(place, setting.n)
        runs = [run_once(place, number) for number in range(setting.repeats + 1)]
    build, first, second, payload, contents = zip(*runs[1:], strict=True)
    return {
        "first_of_all_ms": round(1000 * runs[0][1], 2),
        **spread("build_ms", [1000 * each for each in build], 2),
        **spread("first_ms", [1000 * each for each in first], 2),
        **spread("next_ms", [1000 * each for each in second], 2),
        "payload_bytes": max(payload),
        "stored_once_bytes": max(contents),
    }


def write_project(place: Path, modules: int) -> None:
    """Write modules that each use the next one, and a script that uses the first."""
    place.mkdir()
    for number in range(modules):
        is_last = number == modules - 1
        following = f"module_{number + 1}"
        text = MODULE.format(
            number=number,
            imports="" if is_last else f"import {following}",
            call="" if is_last else f" + {following}.total(size)",
        )
        (place / f"module_{number}.py").write_text(text)
    (place / "program.py").write_text(PROGRAM)


def run_once(place: Path, number: int) -> list[float]:
    """Run the script in a process of its own."""
    done = subprocess.run(
        [sys.executable, "program.py", str(number)],
        cwd=place,
        capture_output=True,
        check=True,
    )
    figures: list[float] = json.loads(done.stdout)
    return figures
