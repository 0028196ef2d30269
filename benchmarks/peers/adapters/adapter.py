"""What adapters share. It runs in the environment of a peer: the standard library has to do.

A peer is measured by ``on_<peer>.py CASE N WORKERS REPEATS SECONDS``.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import Protocol

from processor_time import cpu_seconds_marked

MARK = "FUNSIES_BENCHMARK_PEER"
"""All processes of a peer have this variable, also those that it detaches from itself."""


class Peer(Protocol):
    """An engine.

    Attributes:
        distribution: its name on PyPI.
        cases: what it can do: it has a method for each, but for ``cached``, which is ``wide``.
        largest: size that it does in a bearable time; larger ones are not asked for.
        has_workers: whether there are some that go on running, and do something to warm up.
    """

    distribution: str
    cases: Collection[str]
    largest: int
    has_workers: bool

    def running(self, workers: int, directory: Path) -> AbstractContextManager[object]:
        """Start the engine; what it keeps is in the directory, and is found there again."""
        ...

    def wide(self, n: int, first: int) -> int:
        """Do ``n`` operations that return numbers from ``first`` on, and add them up."""
        ...

    def chain(self, n: int, first: int) -> int:
        """Add one to ``first``, ``n`` times, by an operation each time."""
        ...

    def shell(self, n: int, first: int) -> int:
        """Run ``echo`` of ``n`` numbers from ``first`` on as commands; count the lines."""
        ...

    def incremental(self, texts: Sequence[str]) -> int:
        """Parse each text, double each number, add up."""
        ...


def wide_sum(n: int, first: int) -> int:
    """The result of the wide graph."""
    return n * first + n * (n - 1) // 2


class Measurement:
    """Runs a case on a peer, and says what it took."""

    def __init__(self, peer: Peer, case: str, n: int, workers: int) -> None:
        """Prepare a case of size ``n``."""
        self.peer, self.case, self.workers = peer, case, workers
        self.n = min(n, peer.largest)
        self.taken: list[dict[str, float]] = []
        self.operations = {"wide": self.n + 1, "cached": self.n + 1}.get(case, self.n)
        if case == "incremental":
            self.operations = 2 * self.n + 1

    def run(self, repeats: int, seconds: float) -> None:
        """Measure so often, or as often as the time allows, but once at least."""
        started = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="funsies-peer-") as place:
            directory = Path(place)
            repeat = getattr(self, f"_{self.case}", self._afresh)
            for number in range(repeats):
                repeat(directory, number)
                if time.perf_counter() - started > seconds:
                    break

    def _afresh(self, directory: Path, number: int) -> None:
        """Something that was never done before."""
        with self._warm(directory, number):
            self._measure(10_000_000 * (number + 1))

    def _cached(self, directory: Path, number: int) -> None:
        """Something that was done before, by an engine that has started anew."""
        if number == 0:
            with self.peer.running(self.workers, directory):
                self.peer.wide(self.n, 1_000_000)
        with self._warm(directory, number):
            self._measure(1_000_000, "wide")

    def _incremental(self, directory: Path, number: int) -> None:
        """Something that was done before but for one input."""
        numbers = list(range(1_000_000, 1_000_000 + self.n))
        if number == 0:
            with self.peer.running(self.workers, directory):
                self.peer.incremental([str(each) for each in numbers])
        numbers[0] = number
        with self._warm(directory, number):
            before = _used()
            value = self.peer.incremental([str(each) for each in numbers])
            self._note(before, value, 2 * sum(numbers))

    @contextmanager
    def _warm(self, directory: Path, number: int) -> Iterator[None]:
        """Start the engine, with workers that have done something else."""
        with self.peer.running(self.workers, directory):
            if self.peer.has_workers:
                self.peer.wide(2 * self.workers, 10**9 + 1000 * number)
            yield

    def _measure(self, first: int, case: str | None = None) -> None:
        case = case or self.case
        expected = {"wide": wide_sum(self.n, first), "chain": first + self.n}
        before = _used()
        value = getattr(self.peer, case)(self.n, first)
        self._note(before, value, expected.get(case, self.n))

    def _note(self, before: dict[str, float], value: object, expected: object) -> None:
        after = _used()
        if value != expected:
            raise RuntimeError(f"the result is {value!r}, not {expected!r}")
        self.taken.append({name: after[name] - before[name] for name in after})


def _used() -> dict[str, float]:
    """Seconds so far: on the clock, and of the processor here and in the peer's processes."""
    ended = getrusage(RUSAGE_CHILDREN)
    others = cpu_seconds_marked(f"{MARK}={os.environ[MARK]}") + ended.ru_utime + ended.ru_stime
    return {"wall": time.perf_counter(), "client": time.process_time(), "worker": others}


def main(peer: Peer) -> None:
    """Measure what the command line says, and print what it took as JSON."""
    case, *numbers = sys.argv[1:]
    n, workers, repeats, seconds = map(int, numbers)
    if case not in peer.cases:
        print(json.dumps({"cannot": True}))
        return
    measurement = Measurement(peer, case, n, workers)
    stdout = os.dup(1)  # engines write on it whatever they like
    os.dup2(2, 1)
    measurement.run(repeats, seconds)
    answer = {
        "version": importlib.metadata.version(peer.distribution),
        "n": measurement.n,
        "operations": measurement.operations,
        "taken": measurement.taken,
    }
    os.write(stdout, json.dumps(answer).encode())
