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


# %% what is not NDArray[np.float64]
with f.Fun():
    f.execute(f.reduce(take_array, f.reduce(make_frame, 1)))  # Raises: is NDArray[float64], but it is given an artefact of  # E: but parameter "value" of "take_array" needs
    f.execute(f.reduce(take_array, f.reduce(make_index, 1)))  # E: but parameter "value" of "take_array" needs
    f.execute(f.reduce(take_array, f.reduce(make_flat, 1)))  # E: but parameter "value" of "take_array" needs
    f.execute(f.reduce(take_array, f.reduce(make_column, 1)))  # E: but parameter "value" of "take_array" needs
    f.execute(f.reduce(take_array, f.reduce(make_dataset, 1)))  # E: but parameter "value" of "take_array" needs
    f.execute(f.reduce(take_array, f.reduce(make_numbers, 1)))  # E: but parameter "value" of "take_array" needs

# %% what is not pd.DataFrame
with f.Fun():
    f.execute(f.reduce(take_frame, f.reduce(make_array, 1)))  # Raises: is DataFrame, but it is given an artefact of  # E: but parameter "value" of "take_frame" needs
    f.execute(f.reduce(take_frame, f.reduce(make_index, 1)))  # E: but parameter "value" of "take_frame" needs
    f.execute(f.reduce(take_frame, f.reduce(make_flat, 1)))  # E: but parameter "value" of "take_frame" needs
    f.execute(f.reduce(take_frame, f.reduce(make_column, 1)))  # E: but parameter "value" of "take_frame" needs
    f.execute(f.reduce(take_frame, f.reduce(make_dataset, 1)))  # E: but parameter "value" of "take_frame" needs
    f.execute(f.reduce(take_frame, f.reduce(make_numbers, 1)))  # E: but parameter "value" of "take_frame" needs

# %% what is not pd.RangeIndex
with f.Fun():
    f.execute(f.reduce(take_index, f.reduce(make_array, 1)))  # Raises: is RangeIndex, but it is given an artefact of  # E: but parameter "value" of "take_index" needs
    f.execute(f.reduce(take_index, f.reduce(make_frame, 1)))  # E: but parameter "value" of "take_index" needs
    f.execute(f.reduce(take_index, f.reduce(make_flat, 1)))  # E: but parameter "value" of "take_index" needs
    f.execute(f.reduce(take_index, f.reduce(make_column, 1)))  # E: but parameter "value" of "take_index" needs
    f.execute(f.reduce(take_index, f.reduce(make_dataset, 1)))  # E: but parameter "value" of "take_index" needs
    f.execute(f.reduce(take_index, f.reduce(make_numbers, 1)))  # E: but parameter "value" of "take_index" needs

# %% what is not pl.DataFrame
with f.Fun():
    f.execute(f.reduce(take_flat, f.reduce(make_array, 1)))  # Raises: is polars.DataFrame, but it is given an artefact of  # E: but parameter "value" of "take_flat" needs
    f.execute(f.reduce(take_flat, f.reduce(make_frame, 1)))  # E: but parameter "value" of "take_flat" needs
    f.execute(f.reduce(take_flat, f.reduce(make_index, 1)))  # E: but parameter "value" of "take_flat" needs
    f.execute(f.reduce(take_flat, f.reduce(make_column, 1)))  # E: but parameter "value" of "take_flat" needs
    f.execute(f.reduce(take_flat, f.reduce(make_dataset, 1)))  # E: but parameter "value" of "take_flat" needs
    f.execute(f.reduce(take_flat, f.reduce(make_numbers, 1)))  # E: but parameter "value" of "take_flat" needs

# %% what is not pl.Series
with f.Fun():
    f.execute(f.reduce(take_column, f.reduce(make_array, 1)))  # Raises: is polars.Series, but it is given an artefact of  # E: but parameter "value" of "take_column" needs
    f.execute(f.reduce(take_column, f.reduce(make_frame, 1)))  # E: but parameter "value" of "take_column" needs
    f.execute(f.reduce(take_column, f.reduce(make_index, 1)))  # E: but parameter "value" of "take_column" needs
    f.execute(f.reduce(take_column, f.reduce(make_flat, 1)))  # E: but parameter "value" of "take_column" needs
    f.execute(f.reduce(take_column, f.reduce(make_dataset, 1)))  # E: but parameter "value" of "take_column" needs
    f.execute(f.reduce(take_column, f.reduce(make_numbers, 1)))  # E: but parameter "value" of "take_column" needs

# %% what is not xr.Dataset
with f.Fun():
    f.execute(f.reduce(take_dataset, f.reduce(make_array, 1)))  # Raises: is xarray.Dataset, but it is given an artefact of  # E: but parameter "value" of "take_dataset" needs
    f.execute(f.reduce(take_dataset, f.reduce(make_frame, 1)))  # E: but parameter "value" of "take_dataset" needs
    f.execute(f.reduce(take_dataset, f.reduce(make_index, 1)))  # E: but parameter "value" of "take_dataset" needs
    f.execute(f.reduce(take_dataset, f.reduce(make_flat, 1)))  # E: but parameter "value" of "take_dataset" needs
    f.execute(f.reduce(take_dataset, f.reduce(make_column, 1)))  # E: but parameter "value" of "take_dataset" needs
    f.execute(f.reduce(take_dataset, f.reduce(make_numbers, 1)))  # E: but parameter "value" of "take_dataset" needs

# %% what is not list[float]
with f.Fun():
    f.execute(f.reduce(take_numbers, f.reduce(make_array, 1)))  # Raises: is list[float], but it is given an artefact of  # E: but parameter "value" of "take_numbers" needs
    f.execute(f.reduce(take_numbers, f.reduce(make_frame, 1)))  # E: but parameter "value" of "take_numbers" needs
    f.execute(f.reduce(take_numbers, f.reduce(make_index, 1)))  # E: but parameter "value" of "take_numbers" needs
    f.execute(f.reduce(take_numbers, f.reduce(make_flat, 1)))  # E: but parameter "value" of "take_numbers" needs
    f.execute(f.reduce(take_numbers, f.reduce(make_column, 1)))  # E: but parameter "value" of "take_numbers" needs
    f.execute(f.reduce(take_numbers, f.reduce(make_dataset, 1)))  # E: but parameter "value" of "take_numbers" needs
