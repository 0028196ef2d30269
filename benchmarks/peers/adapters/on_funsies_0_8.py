"""funsies 0.8, from which this one descends: an RQ job for each step."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from adapter import main
from loguru import logger

import funsies as f
from funsies.config import Server


def noop(number: int) -> int:
    """Do nothing."""
    return number


def successor(number: int) -> int:
    """Be one link of the chain."""
    return number + 1


def parse(text: str) -> int:
    """Read a number."""
    return int(text)


def double(number: int) -> int:
    """Stand for what is done with each input."""
    return number * 2


def add_up(*numbers: int) -> int:
    """Bring everything together."""
    return sum(numbers)


def count_lines(*outputs: bytes) -> int:
    """Bring everything together."""
    return sum(output.count(b"\n") for output in outputs)


class Funsies08:
    """Its managed session."""

    distribution = "funsies"
    cases = ("wide", "chain", "shell", "cached", "incremental")
    largest = 200
    has_workers = True

    @contextmanager
    def running(self, workers: int, directory: Path) -> Iterator[None]:
        """Start server and workers: its ``ManagedFun`` does not wait until the server has."""
        logger.remove()
        path = directory / "socket"
        command = [
            os.environ["FUNSIES_BENCHMARK_SERVER"],
            "--unixsocket",
            str(path),
            "--port",
            "0",
        ]
        url = f"unix://{path}"
        server = subprocess.Popen(command, cwd=directory, stdout=subprocess.DEVNULL)
        while not path.exists():
            time.sleep(0.01)
        working = ["funsies", "--jobs", url, "--data", url, "worker"]
        pool = [subprocess.Popen(working, cwd=directory) for _ in range(workers)]
        try:
            with f.Fun(server=Server(jobs_url=url, data_url=url)):
                yield
        finally:
            for each in [*pool, server]:
                each.terminate()
            for each in [*pool, server]:
                each.wait()

    def wide(self, n: int, first: int) -> int:
        """Build all, then one that needs them."""
        leaves = [f.morph(noop, f.put(first + number)) for number in range(n)]
        return self._value(f.reduce(add_up, *leaves))

    def chain(self, n: int, first: int) -> int:
        """Build each link on the one before."""
        end = f.put(first)
        for _ in range(n):
            end = f.morph(successor, end)
        return self._value(end)

    def shell(self, n: int, first: int) -> int:
        """Build commands."""
        outputs = [f.shell(f"echo {first + number}").stdout for number in range(n)]
        return self._value(f.reduce(count_lines, *outputs))

    def incremental(self, texts: Sequence[str]) -> int:
        """Build two steps a text."""
        numbers = [f.morph(double, f.morph(parse, f.put(text))) for text in texts]
        return self._value(f.reduce(add_up, *numbers))

    def _value(self, target: f.types.Artefact[int]) -> int:
        f.execute(target)
        f.wait_for(target, timeout=300)
        return f.take(target)


if __name__ == "__main__":
    main(Funsies08())
