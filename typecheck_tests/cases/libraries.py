"""Arrays, frames, tables and models: what steps pass on is what their annotations say."""

from __future__ import annotations

from typing import Annotated, Any, assert_type

import numpy as np
import pandas as pd
import polars as pl
from jaxtyping import Float
from numpy.typing import NDArray

import funsies as f

Points = Float[np.ndarray, "n 3"]
Lengths = Float[np.ndarray, "n"]


class Model:
    """Something that only pickle takes."""


@f.task
def positions(count: int) -> Annotated[NDArray[np.float64], f.Shape["*", 3]]:
    return np.zeros((count, 3))


@f.task
def distances(points: Points) -> Lengths:
    return np.zeros(len(points))


@f.task
def table(numbers: NDArray[np.float64]) -> pd.DataFrame:
    return pd.DataFrame({"number": numbers[:, 0]})


@f.task
def column(frame: pd.DataFrame) -> pd.Series[float]:
    return frame["number"]


@f.task
def rows(frame: pl.DataFrame) -> int:
    return frame.height


@f.task
def fit(frame: pd.DataFrame) -> f.Pickled[Model]:
    return Model()


@f.task
def predict(model: f.Pickled[Model], frame: pd.DataFrame) -> list[float]:
    return []


points = positions(3)
assert_type(points, f.Artefact[NDArray[np.float64]])
frame = table(points)
assert_type(frame, f.Artefact[pd.DataFrame])
assert_type(fit(frame), f.Artefact[Model])
assert_type(predict(fit(frame), frame), f.Artefact[list[float]])
assert_type(f.take(frame), pd.DataFrame)
assert_type(f.reduce(len, frame), f.Artefact[int])
assert_type(f.map_each(fit, [pd.DataFrame()]), f.Artefact[list[Model]])
assert_type(f.put(Model(), as_type=f.Pickled[Model]), f.Artefact[Model])
assert_type(f.put(pd.DataFrame()), f.Artefact[pd.DataFrame])
distances(points)

f.reduce(table.fn, frame)  # E: incompatible type
f.reduce(column.fn, points)  # E: incompatible type
f.reduce(rows.fn, frame)  # E: incompatible type
f.reduce(predict.fn, frame, frame)  # E: incompatible type
f.reduce(table.fn, f.put(np.zeros(3, np.int64)))  # E: incompatible type


def anything(value: Any) -> f.Artefact[pd.DataFrame]:
    return table(value)
