"""Arrays in values: written to a directory and read, beside ``np.save`` and pickle.

Each stores the same arrays of ``n`` MB, alone and two in a dataclass, in files that have
reached the disk, and reads them. funsies hashes what it writes, and verifies what it reads.
"""

from __future__ import annotations

import os
import pickle
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from harness import Case, Figures, Setting, spread

from funsies.core.encoding import encoding_of
from funsies.store.data import DiskDataStore

CASE = Case(
    "an array of n MB, and two in a dataclass, in files, beside np.save and pickle",
    n=40,
    quick_n=2,
    unit="MB",
)

ITEM_BYTES = 8
MEGABYTE = 10**6


@dataclass
class Two:
    """A value with two arrays."""

    first: np.ndarray
    second: np.ndarray


Way = tuple[Callable[[Any], Any], Callable[[Any], Any]]
"""How a value is written, and how it is read by what writing it has returned."""


def measure(setting: Setting) -> Figures:
    """Milliseconds, and the most memory that was allocated besides, of each way."""
    figures: Figures = {"megabytes": setting.n}
    for repeat in range(setting.repeats + 1):
        for name, value in _values(setting.n, repeat):
            with tempfile.TemporaryDirectory() as directory:
                for way, (write, read) in _ways(Path(directory), type(value)).items():
                    _note(figures, f"{name}_{way}", value, write, read)
    return {
        key: figure
        for name, times in figures.items()
        for key, figure in (
            spread(name, times[1:], 1) if isinstance(times, list) else {name: times}
        ).items()
    }


def _values(megabytes: int, seed: int) -> Iterator[tuple[str, Any]]:
    random = np.random.default_rng(seed)
    count = megabytes * MEGABYTE // ITEM_BYTES
    yield "array", random.random(count)
    yield "two_arrays", Two(random.random(count), random.random(count))


def _ways(directory: Path, kind: type) -> dict[str, Way]:
    encoding, store = encoding_of(kind), DiskDataStore(directory / "store")
    return {
        "funsies": (
            lambda value: store.write(_chunks(encoding.encode_pieces(value)))[0],
            lambda digest: encoding.decode(store.load(digest)),
        ),
        "np_save": (lambda value: _save(directory, value), _load),
        "pickle": (lambda value: _pickle(directory / "pickle", value), _unpickle),
    }


def _chunks(encoded: bytes | Iterable[bytes]) -> Iterable[bytes]:
    return [encoded] if isinstance(encoded, bytes) else encoded


def _note(
    figures: Figures,
    name: str,
    value: Any,
    write: Callable[[Any], Any],
    read: Callable[[Any], Any],
) -> None:
    """Measure one way: times, and in a second go, which tracing slows down, memory."""
    started = time.perf_counter()
    written = write(value)
    middle = time.perf_counter()
    found = read(written)
    ended = time.perf_counter()
    if not np.array_equal(_arrays(found)[0], _arrays(value)[0]):
        raise RuntimeError("an array was lost")
    for what, seconds in (("write", middle - started), ("read", ended - middle)):
        times = figures.setdefault(f"{name}_{what}_ms", [])
        assert isinstance(times, list)  # noqa: S101 - for the type checker
        times.append(1000 * seconds)
    figures[f"{name}_read_peak_mb"] = _peak_mb(lambda: read(written))


def _peak_mb(act: Callable[[], object]) -> float:
    tracemalloc.start()
    try:
        act()
        return round(tracemalloc.get_traced_memory()[1] / MEGABYTE, 1)
    finally:
        tracemalloc.stop()


def _arrays(value: Any) -> list[Any]:
    if isinstance(value, Two):
        return [value.first, value.second]
    return value if isinstance(value, list) else [value]


def _save(directory: Path, value: Any) -> list[Path]:
    paths = []
    for number, array in enumerate(_arrays(value)):
        paths.append(directory / f"{number}.npy")
        with paths[-1].open("wb") as file:
            np.save(file, array)
            _sync(file)
    return paths


def _load(paths: list[Path]) -> list[Any]:
    return [np.load(path) for path in paths]


def _pickle(path: Path, value: Any) -> tuple[Path, bytes, list[int]]:
    buffers: list[pickle.PickleBuffer] = []
    head = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    with path.open("wb") as file:
        for buffer in buffers:
            file.write(buffer.raw())
        _sync(file)
    return path, head, [buffer.raw().nbytes for buffer in buffers]


def _unpickle(written: tuple[Path, bytes, list[int]]) -> Any:
    path, head, sizes = written
    with path.open("rb") as file:
        buffers = [bytearray(file.read(size)) for size in sizes]
    return pickle.loads(head, buffers=buffers)  # noqa: S301 - our own


def _sync(file: Any) -> None:
    file.flush()
    os.fsync(file.fileno())
