"""How many workers are kept busy: tasks that sleep, near the server and far from it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import count
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from delaying import delayed
from graphs import add_up
from harness import Case, Figures, Setting, server_and_workers

import funsies as f
from funsies.session import Session

CASE = Case(
    "tasks that sleep for 0, 1, 10, 100 ms on 1 to 16 workers, n milliseconds of each by the "
    "ideal; the same on workers whose round trips take 1 and 10 ms",
    n=1000,
    quick_n=20,
    unit="milliseconds",
)

WORKERS: Final = (1, 2, 4, 8, 16)
TASKS_MS: Final = (0, 1, 10, 100)
FAR_WORKERS: Final = (2, 8)
DELAYS_MS: Final = (1, 10)
TASKS_OF_NO_TIME: Final = 1000
"""How many of them for each second of the others."""

WAIT_SECONDS: Final = 600
_FRESH: Final = count(1)


@f.task
def rest(milliseconds: int, number: int) -> int:
    """Sleep; other processes have the processor meanwhile."""
    if milliseconds:
        time.sleep(milliseconds / 1000)
    return number


def measure(setting: Setting) -> Figures:
    """Efficiency, which is the ideal time by the real one, of each number of workers."""
    near = [(workers, 0) for workers in WORKERS]
    far = [(workers, delay_ms) for delay_ms in DELAYS_MS for workers in FAR_WORKERS]
    if setting.n <= CASE.quick_n:
        near, far = near[:1], far[:1]
    return {"points": [point for each in near + far for point in _points(*each, setting)]}


def _points(workers: int, delay_ms: int, setting: Setting) -> Iterator[Figures]:
    with _served(workers, delay_ms):
        _run(workers, 1, 20 * workers)  # all of them have started, and know the functions
        for task_ms in TASKS_MS:
            place = {"workers": workers, "delay_ms": delay_ms}
            yield place | _point(workers, task_ms, setting)


def _point(workers: int, task_ms: int, setting: Setting) -> Figures:
    each_ms = task_ms or 1000 / TASKS_OF_NO_TIME
    rounds = max(2, round(setting.n / each_ms))
    tasks = rounds * workers if task_ms else rounds
    seconds = _run(workers, task_ms, tasks)
    ideal = task_ms / 1000 * tasks / workers
    return {
        "task_ms": task_ms,
        "tasks": tasks,
        "milliseconds_per_task": round(1000 * seconds / tasks, 4),
        "tasks_per_second": round(tasks / seconds, 1),
        "efficiency": round(ideal / seconds, 4) if task_ms else None,
    }


def _run(workers: int, task_ms: int, tasks: int) -> float:
    """Seconds from the request to the last value."""
    numbers = [next(_FRESH) for _ in range(tasks)]
    target = add_up(*(rest(task_ms, number) for number in numbers))
    started = time.perf_counter()
    f.execute(target).wait(timeout_seconds=WAIT_SECONDS)
    seconds = time.perf_counter() - started
    if f.take(target) != sum(numbers):
        raise RuntimeError(f"{workers} workers have lost something")
    return seconds


@contextmanager
def _served(workers: int, delay_ms: int) -> Iterator[None]:
    """Workers beside the server; or, with a delay, as if they were on another machine."""
    with (
        server_and_workers(0 if delay_ms else workers) as session,
        _far_workers(session, workers, delay_ms) if delay_ms else nullcontext(),
    ):
        yield


@contextmanager
def _far_workers(session: Session, workers: int, delay_ms: int) -> Iterator[None]:
    url = session.server.jobs_url
    with delayed(Path(urlsplit(url).path), delay_ms) as socket:
        environment = {**os.environ, **session.server.environment()}
        environment["FUNSIES_JOBS"] = url.replace(urlsplit(url).path, str(socket))
        program = str(Path(sys.executable).with_name("funsies"))
        command = [program, "worker", "--workers", str(workers)]
        with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as pool:
            try:
                yield
            finally:
                pool.terminate()
                pool.wait(30)
