"""Whole commands as processes, from their start to their end."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from harness import Case, Figures, Setting

from funsies.config.directory import NAME, Directory
from funsies.local.embedded import start_server, stop_server
from funsies.local.pool import start_pool, stop_pools

CASE = Case(
    "commands from start to end: import, --help, status, run (cached, anew, with its server)",
    n=12,
    quick_n=2,
    unit="steps of the script",
)

SCRIPT = """
import sys

import funsies as f

@f.task
def square(number: int) -> int:
    return number * number

with f.Fun():
    first = int(sys.argv[1])
    total = f.reduce(sum, f.gather([square(first + n) for n in range({steps})]))
    f.execute(total)
    f.wait_for(total)
    f.take(total)
"""

PASS = (sys.executable, "-c", "pass")
FUNSIES = (sys.executable, "-m", "funsies.cli")


def measure(setting: Setting) -> Figures:
    """Seconds of each command, median of the repeats, and its processor time.

    Python that does nothing is measured before each of them: ``ratio_to_python`` is what a
    command takes in the time that Python itself takes to start and end.
    """
    with tempfile.TemporaryDirectory(prefix="funsies-benchmark-") as place:
        script = Path(place, "workflow.py")
        script.write_text(SCRIPT.format(steps=setting.n), "utf-8")
        return {"points": list(_points(setting, Path(place)))}


def _points(setting: Setting, place: Path) -> Iterator[Figures]:
    look = _Look(setting.repeats, place)
    directory = Directory(place / NAME)
    workers = ("--workers", str(setting.workers))
    run = (*FUNSIES, "run", "workflow.py")
    yield look.at("import funsies", (sys.executable, "-c", "import funsies"))
    yield look.at("import funsies, Fun", (sys.executable, "-c", "import funsies; funsies.Fun"))
    yield look.at("funsies --help", (*FUNSIES, "--help"))
    with _server(directory):
        yield look.at("funsies status", (*FUNSIES, "status"))
        yield look.at(
            "funsies run, anew", lambda number: (*run, *workers, "--", f"{number}000")
        )
        yield look.at("funsies run, cached", (*run, "--", "0000"))
        yield _workers_ready(setting, directory)
    yield look.at("funsies run, cached, server started", (*run, "--stop-server", "--", "0000"))


@contextmanager
def _server(directory: Directory) -> Iterator[None]:
    start_server(directory)
    try:
        yield
    finally:
        stop_server(directory)


class _Look:
    """Measures commands in a directory.

    Args:
        repeats: how often.
        place: where.
    """

    def __init__(self, repeats: int, place: Path) -> None:
        self._repeats = repeats
        self._place = place

    def at(self, what: str, command: Sequence[str] | Callable[[int], Sequence[str]]) -> Figures:
        """Run a command again and again.

        Args:
            what: name of it.
            command: words of it, or what makes them of the number of the repeat.
        """
        walls, cpus, pythons = [], [], []
        for number in range(self._repeats):
            words = command(number) if callable(command) else command
            pythons.append(self._seconds_of(PASS)[0])
            wall, cpu = self._seconds_of(words)
            walls.append(wall)
            cpus.append(cpu)
        return {
            "command": what,
            "seconds": round(statistics.median(walls), 4),
            "seconds_min": round(min(walls), 4),
            "cpu_seconds": round(statistics.median(cpus), 4),
            "python_seconds": round(statistics.median(pythons), 4),
            "ratio_to_python": round(statistics.median(walls) / statistics.median(pythons), 2),
        }

    def _seconds_of(self, command: Sequence[str]) -> tuple[float, float]:
        """Seconds that a command takes, and its processor time with that of its children."""
        before, started = _cpu_of_children(), time.perf_counter()
        done = subprocess.run(
            command, cwd=self._place, env=_environment(), capture_output=True, check=False
        )
        seconds = time.perf_counter() - started
        if done.returncode:
            raise RuntimeError(f"{command} failed: {done.stderr.decode()}")
        return seconds, _cpu_of_children() - before


def _environment() -> Mapping[str, str]:
    """Bytecode is kept, as it is for users; no server is named but that of the directory."""
    left_out = ("PYTHONDONTWRITEBYTECODE", "FUNSIES_JOBS", "FUNSIES_DATA", "FUNSIES_JOIN")
    return {name: value for name, value in os.environ.items() if name not in left_out}


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _workers_ready(setting: Setting, directory: Directory) -> Figures:
    """Seconds until workers that are started have registered, and until they have left."""
    from funsies.engine.worker_registry import list_workers  # noqa: PLC0415 - it imports RQ

    record = directory.record()
    if record is None:
        raise RuntimeError("the server of the directory has gone")
    ready, left = [], []
    for _ in range(setting.repeats):
        server = start_server(directory).server(directory)
        started = time.perf_counter()
        pool = start_pool(directory, server, setting.workers)
        while len(list_workers(server)) < setting.workers:
            if not pool.is_alive:
                raise RuntimeError(f"the workers died:\n{pool.log_tail()}")
            time.sleep(0.002)
        ready.append(time.perf_counter() - started)
        started = time.perf_counter()
        stop_pools([pool])
        left.append(time.perf_counter() - started)
    return {
        "command": "workers, started and stopped",
        "ready_seconds": round(statistics.median(ready), 4),
        "ready_seconds_min": round(min(ready), 4),
        "stop_seconds": round(statistics.median(left), 4),
    }
