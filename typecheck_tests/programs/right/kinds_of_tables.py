import numpy as np
import pandas as pd
import polars as pl
import xarray as xr
from numpy.typing import NDArray

import funsies as f

def make_array(n: int) -> NDArray[np.float64]:
    return np.ones(2)


def take_array(value: NDArray[np.float64]) -> int:
    return len(value)


def make_frame(n: int) -> pd.DataFrame:
    return pd.DataFrame({"a": [1.0]})


def take_frame(value: pd.DataFrame) -> int:
    return len(value)


def make_index(n: int) -> pd.RangeIndex:
    return pd.RangeIndex(1)


def take_index(value: pd.RangeIndex) -> int:
    return len(value)


def make_flat(n: int) -> pl.DataFrame:
    return pl.DataFrame({"a": [1.0]})


def take_flat(value: pl.DataFrame) -> int:
    return len(value)


def make_column(n: int) -> pl.Series:
    return pl.Series([1.0])


def take_column(value: pl.Series) -> int:
    return len(value)


def make_dataset(n: int) -> xr.Dataset:
    return xr.Dataset({"a": 1.0})


def take_dataset(value: xr.Dataset) -> int:
    return len(value)


def make_numbers(n: int) -> list[float]:
    return [1.0]


def take_numbers(value: list[float]) -> int:
    return len(value)


# %% each kind for itself
with f.Fun():
    steps = [
        f.reduce(take_array, f.reduce(make_array, 1)),
        f.reduce(take_frame, f.reduce(make_frame, 1)),
        f.reduce(take_index, f.reduce(make_index, 1)),
        f.reduce(take_flat, f.reduce(make_flat, 1)),
        f.reduce(take_column, f.reduce(make_column, 1)),
        f.reduce(take_dataset, f.reduce(make_dataset, 1)),
        f.reduce(take_numbers, f.reduce(make_numbers, 1)),
    ]
    f.execute(*steps).wait()
    assert list(map(f.take, steps)) == [2, 1, 1, 1, 1, 1, 1]
