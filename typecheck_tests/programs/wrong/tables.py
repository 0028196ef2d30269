# Tables of one library are not those of another.
import funsies as f

# %% a frame of polars where one of pandas is asked for
import pandas as pd
import polars as pl


@f.task
def rows(table: pd.DataFrame) -> int:
    return len(table)


@f.task
def energies(size: int) -> pl.DataFrame:
    return pl.DataFrame({"energy": [0.5] * size})


rows(energies(3))  # Raises: parameter 'table' of rows is DataFrame, but it is given an artefact of polars.DataFrame  # E: parameter "table" of "rows" needs "pandas.core.frame.DataFrame"

# %% a series where a frame is asked for
import polars as pl


@f.task
def rows(table: pl.DataFrame) -> int:
    return table.height


@f.task
def energies(size: int) -> pl.Series:
    return pl.Series([0.5] * size)


rows(energies(3))  # Raises: parameter 'table' of rows is polars.DataFrame, but it is given an artefact of polars.Series  # E: has type "Artefact[Series

# %% a lazy frame as a result
import polars as pl


@f.task
def scanned(size: int) -> pl.LazyFrame:  # E: Task "scanned" returns "LazyFrame", which has no encoding; collect it: pass frame.collect()
    return pl.LazyFrame({"energy": [0.5] * size})


scanned(3)  # Raises: polars.LazyFrame has no encoding; collect it: pass frame.collect()

# %% a lazy frame as an input
import polars as pl


@f.task
def rows(table: pl.DataFrame) -> int:
    return table.height


rows(pl.LazyFrame({"energy": [0.5]}))  # Raises: got a value of type LazyFrame; collect it: pass frame.collect()  # E: Argument 1 to "rows" has type "LazyFrame"

# %% an array of arrow in chunks
import pyarrow as pa  # type: ignore[import-untyped]


@f.task
def largest(values: pa.Array) -> float:
    return float(max(values.to_pylist()))


largest(pa.chunked_array([[1.0], [2.0]]))  # Raises: expected pyarrow.Array, got a value of type ChunkedArray; pass it.combine_chunks()

# %% one format of sparse arrays is not another
import numpy as np
from scipy import sparse


@f.task
def rows(matrix: sparse.csr_array) -> int:
    return int(matrix.shape[0])


rows(sparse.csc_array(np.eye(3)))  # Raises: expected scipy.sparse.csr_array, got a value of type csc_array  # E: Argument 1 to "rows" has type "csc_array

# %% an array of xarray where a dataset is asked for
import xarray as xr


@f.task
def variables(data: xr.Dataset) -> int:
    return len(data.data_vars)


variables(xr.DataArray([1.0]))  # Raises: got a value of type DataArray; pass it.to_dataset(name=...)  # E: Argument 1 to "variables" has type "DataArray"
