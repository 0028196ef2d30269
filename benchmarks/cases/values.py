"""Values made bytes, and bytes made values, beside what people use for that.

At ``-n 100`` (percent): an array of 40 MB, a frame of a million rows with texts, a hundred
thousand small dataclasses, a list of a hundred thousand floats. Each way works in memory, in
turns with the others. How values get to the disk is another case: ``arrays``.
"""

from __future__ import annotations

import io
import pickle
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import joblib  # type: ignore[import-untyped]  # it has no types
import msgspec
import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]  # nor has this
from harness import Case, Figures, Setting, spread
from pyarrow import feather

from funsies.core.encoding import encoding_of

CASE = Case(
    "values to bytes and back, beside pickle, joblib, np.save, Arrow and msgspec",
    n=100,
    quick_n=1,
    unit="percent of the full sizes",
)

ARRAY_BYTES = 400_000
"""What ``-n 1`` stands for, as are the next ones."""
ROWS = 10_000
OBJECTS = 1000
FLOATS = 1000
ITEM_BYTES = 8
MEGABYTE = 10**6


@dataclass
class Reading:
    """A small object."""

    sensor: str
    temperature: float
    pressure: float
    count: int
    note: str | None = None


class ReadingStruct(msgspec.Struct):
    """The same fields as a struct, which msgspec is fastest with."""

    sensor: str
    temperature: float
    pressure: float
    count: int
    note: str | None = None


class Way(NamedTuple):
    """How a value becomes bytes, and comes back."""

    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]


class Subject(NamedTuple):
    """A value, and the ways beside ours.

    Attributes:
        name: of the value.
        value: itself.
        ways: by name, with the value that they are given if it is another one.
        is_same: tells whether a value came back.
    """

    name: str
    value: Any
    ways: dict[str, tuple[Way, Any]]
    is_same: Callable[[Any, Any], bool]


def measure(setting: Setting) -> Figures:
    """Milliseconds and peaks of each way, and how many times those of the others ours takes."""
    figures: Figures = {"percent": setting.n}
    for subject in _subjects(setting.n):
        times = _times(subject, setting.repeats)
        for name, seconds in times.items():
            figures |= spread(name, [1000 * each for each in seconds], 4)
        figures |= _ratios(subject, times)
        figures |= _peaks(subject)
    return figures


def _subjects(percent: int) -> Iterator[Subject]:
    random = np.random.default_rng(1)
    numbers = random.random(percent * ARRAY_BYTES // ITEM_BYTES)
    yield Subject("array", numbers, _beside(numbers, np_save=_np_save()), np.array_equal)
    frame = _frame(percent * ROWS, random)
    yield Subject("frame", frame, _beside(frame, arrow=_arrow()), pd.DataFrame.equals)
    rows = [(f"s{at % 9}", float(x), -float(x), at, None) for at, x in enumerate(numbers)]
    rows = (rows * (1 + percent * OBJECTS // len(rows)))[: percent * OBJECTS]
    structs = [ReadingStruct(*row) for row in rows]
    objects = [Reading(*row) for row in rows]
    ours = {"msgspec": (_msgspec(list[ReadingStruct]), structs)}
    yield Subject("objects", objects, _beside(objects) | ours, list.__eq__)
    floats = random.random(percent * FLOATS).tolist()
    others = {"msgspec": (_msgspec(list[float]), floats)}
    yield Subject("floats", floats, _beside(floats) | others, list.__eq__)


def _frame(rows: int, random: np.random.Generator) -> pd.DataFrame:
    names = np.array(["water", "methane", "ethanol", "é"])
    return pd.DataFrame(
        {
            "energy": random.random(rows),
            "step": np.arange(rows),
            "name": names[random.integers(0, len(names), rows)],
            "label": [f"run-{at}" for at in range(rows)],
        }
    )


def _beside(value: Any, **others: Way) -> dict[str, tuple[Way, Any]]:
    """Our way, those that take everything, and others."""
    encoding = encoding_of(list[Reading] if _is_of_objects(value) else _type_of(value))
    ways = {
        "funsies": Way(encoding.encode, encoding.decode),
        "pickle": Way(_pickle, _unpickle),
        "joblib": Way(_joblib_dump, lambda data: joblib.load(io.BytesIO(data))),
        **others,
    }
    return {name: (way, value) for name, way in ways.items()}


def _is_of_objects(value: Any) -> bool:
    return isinstance(value, list) and isinstance(value[0], Reading)


def _type_of(value: Any) -> Any:
    return list[float] if isinstance(value, list) else type(value)


def _times(subject: Subject, repeats: int) -> dict[str, list[float]]:
    """Seconds of each way, in turns; the first turn warms up."""
    times: dict[str, list[float]] = {}
    for turn in range(repeats + 1):
        for name, (way, value) in subject.ways.items():
            started = time.perf_counter()
            data = way.encode(value)
            middle = time.perf_counter()
            found = way.decode(data)
            ended = time.perf_counter()
            if not subject.is_same(found, value):
                raise RuntimeError(f"{name} has lost {subject.name}")
            if turn:
                for verb, seconds in (("encode", middle - started), ("decode", ended - middle)):
                    times.setdefault(f"{subject.name}_{name}_{verb}_ms", []).append(seconds)
    return times


def _ratios(subject: Subject, times: dict[str, list[float]]) -> Figures:
    return {
        f"{subject.name}_{verb}_to_{name}": round(
            statistics.median(times[f"{subject.name}_funsies_{verb}_ms"])
            / statistics.median(times[f"{subject.name}_{name}_{verb}_ms"]),
            4,
        )
        for name in subject.ways
        if name != "funsies"
        for verb in ("encode", "decode")
    }


def _peaks(subject: Subject) -> Figures:
    """The most that Python and NumPy had allocated besides; Arrow's own memory is not seen."""
    figures: Figures = {}
    for name, (way, value) in subject.ways.items():
        data = way.encode(value)
        for verb, act, given in (("encode", way.encode, value), ("decode", way.decode, data)):
            tracemalloc.start()
            kept = act(given)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            del kept
            figures[f"{subject.name}_{name}_{verb}_peak_mb"] = round(peak / MEGABYTE, 3)
    return figures


def _pickle(value: Any) -> tuple[bytes, list[bytes]]:
    """Pickle out of band, with the buffers copied, as somebody who writes them would."""
    buffers: list[pickle.PickleBuffer] = []
    head = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    return head, [bytes(buffer.raw()) for buffer in buffers]


def _unpickle(data: tuple[bytes, list[bytes]]) -> Any:
    head, buffers = data
    return pickle.loads(head, buffers=[bytearray(each) for each in buffers])  # noqa: S301 - our own


def _joblib_dump(value: Any) -> bytes:
    file = io.BytesIO()
    joblib.dump(value, file)
    return file.getvalue()


def _np_save() -> Way:
    def save(value: Any) -> bytes:
        file = io.BytesIO()
        np.save(file, value)
        return file.getvalue()

    return Way(save, lambda data: np.load(io.BytesIO(data)))


def _arrow() -> Way:
    def save(frame: pd.DataFrame) -> pa.Buffer:
        sink = pa.BufferOutputStream()
        feather.write_feather(frame, sink, compression="uncompressed")
        return sink.getvalue()

    return Way(save, lambda data: feather.read_feather(pa.BufferReader(data)))


def _msgspec(kind: Any) -> Way:
    return Way(msgspec.json.Encoder().encode, msgspec.json.Decoder(kind).decode)
