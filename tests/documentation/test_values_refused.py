"""Each row of the table of what is refused is true."""

from __future__ import annotations

import io
import queue
import re
import socket
import threading
from dataclasses import make_dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import funsies as f
from funsies.core.encoding import encoding_of
from funsies.core.errors import EncodingError

VALUES = Path(__file__).parents[2] / "docs" / "values.md"
FRAME = pd.DataFrame({"kind": ["a", "b"], "number": [1.0, 2.0]})


class Plain:
    pass


class Tuned(list[int]):
    pass


class Own(np.ndarray):
    pass


class Zone(tzinfo):
    def utcoffset(self, _: datetime | None) -> timedelta:
        return timedelta(hours=1)

    def dst(self, _: datetime | None) -> timedelta:
        return timedelta(0)


def figures() -> list[Any]:
    figure = pytest.importorskip("matplotlib.figure").Figure()
    return [figure, figure.subplots()]


def model() -> object:
    return import_module("sklearn.linear_model").LogisticRegression()  # which takes a second


def sockets() -> list[Any]:
    with socket.socket() as closed:
        return [closed, threading.Lock(), threading.Thread()]


ROWS: dict[str, Any] = {  # what a row begins with: values that it speaks of
    "generators": lambda: [iter([]), map(len, []), zip([]), FRAME.iterrows()],
    "views of dicts": lambda: [{}.keys(), {}.values(), {}.items()],
    "open files": lambda: [io.BytesIO(), io.StringIO()],
    "functions": lambda: [len, lambda: 1, partial(len, []), io, Plain],
    "artefacts inside": lambda: [[f.put(1)], {"a": f.put(1)}],
    "a class of your own": lambda: [Plain()],
    "a class inside": lambda: [make_dataclass("Local", [])()],
    "objects of libraries": lambda: [model(), queue.Queue()],
    "figures": figures,
    "`groupby`": lambda: [
        FRAME.groupby("kind"),
        FRAME.rolling(2),
        FRAME.set_index(pd.DatetimeIndex([0, 1])).resample("D"),
        pl.DataFrame({"a": [1]}).lazy(),
    ],
    "generators of random": lambda: [np.random.default_rng(), np.random.RandomState()],
    "sockets": sockets,
    "exceptions": lambda: [ValueError("x")],
    "`memoryview`": lambda: [memoryview(b"x")],
    "masked arrays": lambda: [np.ma.array([1], mask=[True]), np.zeros(2).view(Own)],
    "arrays of `object`": lambda: [np.array([1, "a"], dtype=object)],
    "columns of `pl.Object`": lambda: [
        pl.DataFrame({"a": [Plain()]}),
        pd.DataFrame({"a": [Plain()]}),
    ],
    "classes that derive": lambda: [Tuned([1])],
    "NaN as a key": lambda: [{float("nan"): 1}, {float("nan")}],
    "time zones": lambda: [datetime.now(UTC).astimezone(Zone())],
    "almost": list,
}
ALMOST = [(list[int], (1,)), (list[float], np.zeros(2)), (Path, "name")]


def test_the_table_has_a_row_for_each_kind_that_is_tried_and_no_other() -> None:
    table = VALUES.read_text().partition("| you have | why not |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| (.+?) \|", table.partition("\n")[2], re.MULTILINE)
    untold = [row for row in rows if sum(row.startswith(key) for key in ROWS) == 0]
    assert not untold
    assert len(rows) == len(ROWS)


@pytest.mark.parametrize("row", ROWS)
def test_what_a_row_speaks_of_is_refused(row: str) -> None:
    for value in ROWS[row]():
        with pytest.raises(EncodingError):
            encoding_of(Any).encode(value)


@pytest.mark.parametrize(("annotation", "value"), ALMOST)
def test_what_is_almost_what_the_annotation_says_is_refused(
    annotation: Any, value: Any
) -> None:
    with pytest.raises(EncodingError, match="pass "):
        encoding_of(annotation).encode(value)
