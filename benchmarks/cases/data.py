"""Bytes of all sizes on their way: put, made, read by steps, taken."""

from __future__ import annotations

import hashlib
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Final

from harness import Case, Figures, Setting, server_and_workers
from peak_memory import PeakMemory

import funsies as f

CASE = Case(
    "files and values of 1 KiB, 1 MiB and n MiB through the disk and the server: MB/s, beside "
    "copy and SHA-256; most memory of a worker's process",
    n=64,
    quick_n=2,
    unit="MiB",
    series=(64, 4096),
)

MEBIBYTE: Final = 1 << 20
STORES: Final = {"disk": None, "server": "server"}
MOST_IN_MEMORY: Final = 512 * MEBIBYTE
"""Larger ones are no values of Python steps, and come alone."""

ROOM_IN_SERVER: Final = 4
"""Larger ones go through the server where so many times their size is free: it holds the file
and its copy, and pages that change while it rewrites its file twice."""

SECONDS: Final = 3600
_FRESH: Final = count(1)


@f.task
def make(size_bytes: int, seed: int) -> bytes:
    """Make a value that nobody has made before."""
    return seed.to_bytes(8, "big") * (size_bytes // 8)


@f.task
def length_of(data: bytes) -> int:
    """Read it."""
    return len(data)


def measure(setting: Setting) -> Figures:
    """Each way that bytes can go, for each size, in each store."""
    sizes, stores = sorted({1 << 10, MEBIBYTE, setting.n * MEBIBYTE}), list(STORES)
    if sizes[-1] > MOST_IN_MEMORY:
        sizes = sizes[-1:]
        stores = stores if _free_bytes() >= ROOM_IN_SERVER * sizes[-1] else ["disk"]
    points = [point for store in stores for point in _points(store, sizes, setting)]
    return {"points": points}


def _free_bytes() -> int:
    """What the machine could give to the server, if the system tells it."""
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    except OSError:
        return 0
    return next(
        1024 * int(each.split()[1]) for each in lines if each.startswith("MemAvailable")
    )


def _points(store: str, sizes: list[int], setting: Setting) -> Iterator[Figures]:
    with (
        server_and_workers(setting.workers, STORES[store]),
        tempfile.TemporaryDirectory(prefix="funsies-benchmark-") as place,
    ):
        for size in sizes:
            yield {"store": store, "bytes": size} | _measured(size, Path(place), setting)


def _measured(size: int, place: Path, setting: Setting) -> Figures:
    """Seconds of each way, MB/s, and MB/s by those of the yardstick."""
    ways = _ways(size, place)
    taken: dict[str, list[float]] = {name: [] for name in ways}
    peaks: dict[str, int] = dict.fromkeys(ways, 0)
    for _ in range(setting.repeats if size <= MOST_IN_MEMORY else 1):
        for name, way in ways.items():
            with PeakMemory() as peak:
                taken[name].append(way())
            peaks[name] = max(peaks[name], peak.mebibytes)
    figures: Figures = {}
    yardstick = statistics.median(taken["copy_and_hash"])
    for name, seconds in taken.items():
        median = statistics.median(seconds)
        figures |= {
            f"{name}_milliseconds": round(1000 * median, 2),
            f"{name}_mb_per_second": round(size / 1e6 / median, 1),
            f"{name}_ratio": round(yardstick / median, 3),
        }
    return figures | {f"{name}_worker_mib": mib for name, mib in peaks.items() if mib}


def _ways(size: int, place: Path) -> dict[str, Callable[[], float]]:
    """What is done with bytes, in this order; each says how many seconds it took."""
    source = place / "source"
    state: dict[str, f.Artefact[bytes]] = {}

    def copy_and_hash() -> float:
        _fill(source, size)
        return _seconds(lambda: _copy(source, place / "copy"))

    def put_file() -> float:
        def act() -> None:
            state["file"] = f.put_file(source)

        return _seconds(act)

    def shell_reads() -> float:
        step = f.shell(f"wc -c < in # {next(_FRESH)}", inp={"in": state["file"]})
        return _seconds(lambda: _run(step.stdout))

    def shell_copies() -> float:
        text = f"(cat in; echo {next(_FRESH)}) > out"
        state["copy"] = f.shell(text, inp={"in": state["file"]}, out=["out"]).out["out"]
        return _seconds(lambda: _run(state["copy"]))

    def takeout() -> float:
        return _seconds(lambda: f.takeout(state["copy"], place / "taken"))

    def python_makes() -> float:
        state["value"] = make(size, next(_FRESH))
        return _seconds(lambda: _run(state["value"]))

    def python_reads() -> float:
        return _seconds(lambda: _run(length_of(state["value"])))

    def take() -> float:
        return _seconds(lambda: f.take(state["value"]))

    files = [copy_and_hash, put_file, shell_reads, shell_copies, takeout]
    values = [python_makes, python_reads, take] if size <= MOST_IN_MEMORY else []
    return {way.__name__: way for way in [*files, *values]}


def _run(target: f.Artefact[bytes] | f.Artefact[int]) -> None:
    f.execute(target).wait(timeout_seconds=SECONDS)


def _seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def _fill(path: Path, size: int) -> None:
    """Write bytes that nobody has written before."""
    block = os.urandom(min(size, MEBIBYTE))
    with path.open("wb") as file:
        for _ in range(size // len(block)):
            file.write(block)
        file.flush()
        os.fsync(file.fileno())


def _copy(source: Path, target: Path) -> None:
    """The yardstick: a copy that has reached the disk, and its hash."""
    with source.open("rb") as reading, target.open("wb") as writing:
        shutil.copyfileobj(reading, writing, MEBIBYTE)
        writing.flush()
        os.fsync(writing.fileno())
    with target.open("rb") as file:
        hashlib.file_digest(file, "sha256")
