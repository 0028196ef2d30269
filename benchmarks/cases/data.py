"""Large values: made by one step, read by another, taken by the client."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from harness import Case, Figures, Setting, server_and_workers, spread

import funsies as f

CASE = Case(
    "a value of n MiB made, read and taken, through files and the server",
    n=64,
    quick_n=2,
    unit="MiB",
)

MEBIBYTE = 1 << 20
STORES = {"file": None, "redis": "server"}


@f.task
def make(mebibytes: int, seed: int) -> bytes:
    """Make a value that nobody has made before."""
    return (seed.to_bytes(8, "big") * (MEBIBYTE // 8)) * mebibytes


@f.task
def measure_length(data: bytes) -> int:
    """Read it."""
    return len(data)


def measure(setting: Setting) -> Figures:
    """MB/s of made and read on workers, and of taken, beside a plain file written and read."""
    figures: Figures = {"mebibytes": setting.n}
    for name, data_url in STORES.items():
        steps, taken = _through_funsies(setting, data_url)
        figures |= spread(f"{name}_steps_mb_per_second", steps, 1)
        figures |= spread(f"{name}_take_mb_per_second", taken, 1)
    return figures | spread("plain_file_mb_per_second", _through_files(setting), 1)


def _through_funsies(setting: Setting, data_url: str | None) -> tuple[list[float], list[float]]:
    steps: list[float] = []
    taken: list[float] = []
    with server_and_workers(setting.workers, data_url):
        for seed in range(setting.repeats):
            data = make(setting.n, seed)
            length = measure_length(data)
            started = time.perf_counter()
            f.execute(length).wait(timeout_seconds=600)
            steps.append(_megabytes_per_second(setting, started))
            started = time.perf_counter()
            value = f.take(data)
            taken.append(_megabytes_per_second(setting, started))
            if len(value) != f.take(length):
                raise RuntimeError("bytes were lost")
    return steps, taken


def _through_files(setting: Setting) -> list[float]:
    speeds: list[float] = []
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "data"
        for seed in range(setting.repeats):
            started = time.perf_counter()
            with path.open("wb") as file:
                file.write(make.fn(setting.n, seed))
                file.flush()
                os.fsync(file.fileno())
            path.read_bytes()
            speeds.append(_megabytes_per_second(setting, started))
    return speeds


def _megabytes_per_second(setting: Setting, started: float) -> float:
    return setting.n * MEBIBYTE / 1e6 / (time.perf_counter() - started)
