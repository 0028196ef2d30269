"""What all cases share: a server of their own, workers, clocks and counters."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import redis

import funsies as f
from funsies.config.directory import NAME, Directory
from funsies.local.embedded import start_server, stop_server
from funsies.local.server_settings import ServerSettings
from funsies.session import Session

Figures: TypeAlias = dict[str, object]
"""Part of a JSON line."""

WARM_UP_OPERATIONS = 50


@dataclass(frozen=True, slots=True)
class Case:
    """What a module of ``cases`` measures: its ``CASE``.

    Attributes:
        about: what that is, in a line.
        n: its usual size; the whole case takes some seconds.
        quick_n: a size at which one sees that it works, in a second or two.
        unit: what ``n`` counts.
        series: sizes that are measured one after the other, to see how costs grow.
    """

    about: str
    n: int
    quick_n: int
    unit: str = "operations"
    series: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """What was asked for on the command line.

    Attributes:
        n: size of the case, in its unit.
        workers: number of worker processes.
        repeats: number of runs; figures are medians of them.
        raw_rq_jobs: number of jobs of the raw RQ measurement beside it; 0 leaves it out.
    """

    n: int
    workers: int
    repeats: int
    raw_rq_jobs: int


@f.task
def warm_up(number: int) -> int:
    """Do nothing, so that workers have started and imported what they need."""
    return number


@contextmanager
def server_and_workers(workers: int, data_url: str | None = None) -> Iterator[Session]:
    """Start an embedded server, append-only file on, and workers that have run something.

    Args:
        workers: number of worker processes; without any the case starts its own.
        data_url: where large values are; ``"server"`` for the server's memory, None for files
            beside it.
    """
    with (
        tempfile.TemporaryDirectory(prefix="funsies-benchmark-") as directory,
        _server(Directory(Path(directory) / NAME), data_url),
        f.ManagedFun(nworkers=workers, directory=directory) as session,
    ):
        see_append_only_file(session)
        if workers:
            warm = [warm_up(-number) for number in range(1, WARM_UP_OPERATIONS + 1)]
            f.execute(*warm).wait(timeout_seconds=60)
        yield session


@contextmanager
def _server(directory: Directory, data_url: str | None) -> Iterator[None]:
    in_server = data_url == "server"
    start_server(
        directory,
        ServerSettings(
            keeps_data_on_disk=False if in_server else None,
            data_url=None if in_server else data_url,
        ),
    )
    try:
        yield
    finally:
        stop_server(directory)


def see_append_only_file(session: Session) -> None:
    """Refuse to measure a server that does not write down what it is told."""
    with connection(session) as server:
        if server.info("persistence")["aof_enabled"] != 1:
            raise RuntimeError("the server's append-only file is off; figures would flatter")


@contextmanager
def connection(session: Session) -> Iterator[redis.Redis]:
    """Connect to the server of a session, beside funsies."""
    with redis.Redis.from_url(session.server.jobs_url) as client:
        yield client


def data_bytes(server: redis.Redis) -> int:
    """Memory that the server uses for data, without the buffers of its connections."""
    memory = server.info("memory")
    buffers = ("mem_clients_normal", "mem_clients_slaves", "mem_aof_buffer")
    return int(memory["used_memory"]) - sum(int(memory.get(name, 0)) for name in buffers)


def server_cpu_seconds(server: redis.Redis) -> float:
    """Processor time of the server so far."""
    cpu = server.info("cpu")
    return float(cpu["used_cpu_user"]) + float(cpu["used_cpu_sys"])


def executions(session: Session) -> int:
    """Number of runs of any step so far."""
    return sum(counts.executed for counts in session.backend.graph.counts().values())


def run_to_end(target: f.Artefact[int], expected: int) -> float:
    """Execute, wait, take and check a result.

    Returns:
        Seconds that it took.

    Raises:
        RuntimeError: if the result is wrong: a fast wrong answer is no figure.
    """
    started = time.perf_counter()
    f.execute(target).wait(timeout_seconds=600)
    value = f.take(target)
    seconds = time.perf_counter() - started
    if value != expected:
        raise RuntimeError(f"the result is {value}, not {expected}")
    return seconds


def seconds_of(action: Callable[[], object]) -> float:
    """Time an action."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def spread(name: str, values: Sequence[float], digits: int = 4) -> Figures:
    """Median, smallest and largest of a measurement, as three figures."""
    return {
        name: round(statistics.median(values), digits),
        f"{name}_min": round(min(values), digits),
        f"{name}_max": round(max(values), digits),
    }
