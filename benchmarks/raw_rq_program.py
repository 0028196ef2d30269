"""Plain RQ: ``raw_rq_program.py KIND WORKER JOBS REPEATS WORKERS`` measures.

With the name of a kind of worker alone it is one. The server's address is in the variable
``RAW_RQ_URL``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import rq
from processor_time import cpu_seconds
from redis import Redis
from rq import Queue
from rq.job import Job

QUEUE = "raw-rq"
POLL_SECONDS = 0.002
SILENCE_SECONDS = 60


def noop() -> None:
    """Do nothing."""


def shell(command: str) -> bytes:
    """Run a command, and keep what it prints."""
    return subprocess.run(["sh", "-c", command], stdout=subprocess.PIPE, check=True).stdout


def hand_in_wide(queue: Queue, jobs: int) -> None:
    """Hand in jobs that do nothing, beside each other."""
    for _ in range(jobs):
        queue.enqueue(f"{Path(__file__).stem}.noop", result_ttl=3600)


def hand_in_chain(queue: Queue, jobs: int) -> None:
    """Hand in jobs that do nothing, each of which needs the one before.

    The first of them comes last: RQ loses a job for ever if what it needs ends just when it is
    handed in.
    """
    name = f"{Path(__file__).stem}.noop"
    first = last = Job.create(name, connection=queue.connection, result_ttl=3600, origin=QUEUE)
    first.save()
    for _ in range(jobs - 1):
        last = queue.enqueue(name, result_ttl=3600, depends_on=last)
    queue.enqueue_job(first)


def hand_in_shell(queue: Queue, jobs: int) -> None:
    """Hand in commands, beside each other."""
    for number in range(jobs):
        queue.enqueue(f"{Path(__file__).stem}.shell", f"echo {number}", result_ttl=3600)


HANDING_IN: dict[str, Callable[[Queue, int], None]] = {
    "wide": hand_in_wide,
    "chain": hand_in_chain,
    "shell": hand_in_shell,
    "enqueue": hand_in_wide,
}
"""Kinds of jobs."""


def measure(
    connection: Redis, kind: str, worker: str, *, jobs: int, repeats: int, workers: int
) -> dict[str, list[float]]:
    """Milliseconds a job of each repeat: on the clock, and of the processor by role.

    The client's processor time is that of handing in: how it waits is not RQ's affair.
    """
    queue = Queue(QUEUE, connection=connection)
    taken: dict[str, list[float]] = {"wall": [], "client": [], "server": [], "worker": []}
    with running_workers(worker, workers) as pids:
        hand_in_wide(queue, workers * 2)
        wait_for_all(queue, workers * 2)
        for _ in range(repeats):
            before = _used(connection, pids)
            expected = queue.finished_job_registry.count + jobs
            started, mine = time.perf_counter(), time.process_time()
            HANDING_IN[kind](queue, jobs)
            handed_in, mine = time.perf_counter(), time.process_time() - mine
            wait_for_all(queue, expected)
            ended = handed_in if kind == "enqueue" else time.perf_counter()
            after = _used(connection, pids)
            seconds = ended - started, mine, after[0] - before[0], after[1] - before[1]
            for role, each in zip(taken, seconds, strict=True):
                taken[role].append(1000 * each / jobs)
    return taken


def wait_for_all(queue: Queue, expected: int) -> None:
    """Wait until so many jobs have ended well.

    Raises:
        TimeoutError: if nothing ends any more.
    """
    ended, since = 0, time.monotonic()
    while ended < expected:
        time.sleep(POLL_SECONDS)
        if (now := queue.finished_job_registry.count) > ended:
            ended, since = now, time.monotonic()
        if time.monotonic() - since > SILENCE_SECONDS:
            raise TimeoutError(
                f"{ended} of {expected} jobs of plain RQ have ended, and no more"
            )


def _used(connection: Redis, pids: Sequence[int]) -> tuple[float, float]:
    """Processor seconds of the server and of the workers so far."""
    cpu = connection.info("cpu")
    server = float(cpu["used_cpu_user"]) + float(cpu["used_cpu_sys"])
    return server, sum(map(cpu_seconds, pids))


@contextmanager
def running_workers(kind: str, count: int) -> Iterator[list[int]]:
    """Run RQ's own workers beside this process."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    command = [sys.executable, __file__, kind]
    processes = [subprocess.Popen(command, env=environment) for _ in range(count)]
    try:
        yield [process.pid for process in processes]
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def main() -> None:
    """Measure, or work."""
    connection = Redis.from_url(os.environ["RAW_RQ_URL"])
    match sys.argv[1:]:
        case [worker]:
            getattr(rq, worker)([QUEUE], connection=connection).work(logging_level="ERROR")
        case [kind, worker, *numbers]:
            counts = dict(zip(("jobs", "repeats", "workers"), map(int, numbers), strict=True))
            print(json.dumps(measure(connection, kind, worker, **counts)))


if __name__ == "__main__":
    main()
