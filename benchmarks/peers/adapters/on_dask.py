"""Dask's distributed scheduler: a process a worker; it keeps no results between runs."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from adapter import main
from dask.distributed import Client, LocalCluster


def noop(number: int) -> int:
    """Do nothing."""
    return number


def successor(number: int) -> int:
    """Be one link of the chain."""
    return number + 1


def echo(number: int) -> bytes:
    """Run a command, and keep what it prints."""
    return subprocess.run(f"echo {number}", shell=True, capture_output=True, check=True).stdout


def count_lines(outputs: Sequence[bytes]) -> int:
    """Bring everything together."""
    return sum(output.count(b"\n") for output in outputs)


class Dask:
    """Futures of a client."""

    distribution = "distributed"
    cases = ("wide", "chain", "shell")
    largest = 10_000
    has_workers = True

    @contextmanager
    def running(self, workers: int, directory: Path) -> Iterator[None]:
        """Start scheduler and workers."""
        with (
            LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                dashboard_address=None,
                local_directory=str(directory),
            ) as cluster,
            Client(cluster) as self.client,
        ):
            yield

    def wide(self, n: int, first: int) -> int:
        """Submit all at once."""
        leaves = self.client.map(noop, range(first, first + n))
        return self.client.submit(sum, leaves).result()

    def chain(self, n: int, first: int) -> int:
        """Submit each link with the future of the one before."""
        end = first
        for _ in range(n):
            end = self.client.submit(successor, end)
        return end.result()

    def shell(self, n: int, first: int) -> int:
        """Submit functions that run a shell."""
        outputs = self.client.map(echo, range(first, first + n))
        return self.client.submit(count_lines, outputs).result()


if __name__ == "__main__":
    main(Dask())
