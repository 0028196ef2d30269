"""Plain RQ: ``raw_rq_program.py JOBS WORKERS`` measures, without arguments it is a worker.

The server's address is in the variable ``RAW_RQ_URL``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from rq import Queue, Worker

QUEUE = "raw-rq"
POLL_SECONDS = 0.002


def noop() -> None:
    """Do nothing."""


def measure(connection: Redis, jobs: int, workers: int) -> float:
    """Milliseconds a job, with workers that have done some before."""
    queue = Queue(QUEUE, connection=connection)
    with running_workers(workers):
        run_to_end(queue, workers * 2)
        started = time.perf_counter()
        run_to_end(queue, jobs)
        return (time.perf_counter() - started) * 1000 / jobs


def run_to_end(queue: Queue, jobs: int) -> None:
    """Enqueue jobs and wait for the last of them."""
    expected = queue.finished_job_registry.count + jobs
    for _ in range(jobs):
        queue.enqueue(f"{Path(__file__).stem}.noop", result_ttl=3600)
    while queue.finished_job_registry.count < expected:
        time.sleep(POLL_SECONDS)


@contextmanager
def running_workers(count: int) -> Iterator[None]:
    """Run RQ's own workers beside this process."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    command = [sys.executable, __file__]
    processes = [subprocess.Popen(command, env=environment) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def main() -> None:
    """Measure, or work."""
    connection = Redis.from_url(os.environ["RAW_RQ_URL"])
    if len(sys.argv) == 1:
        Worker([QUEUE], connection=connection).work(logging_level="ERROR")
    else:
        print(measure(connection, int(sys.argv[1]), int(sys.argv[2])))


if __name__ == "__main__":
    main()
