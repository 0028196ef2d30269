# Tables, sparse arrays and datasets of libraries are values.
import funsies as f

# %% tables of pyarrow
from dataclasses import dataclass

import pyarrow as pa  # type: ignore[import-untyped]


@dataclass
class Measured:
    table: pa.Table
    names: list[pa.Array]


@f.task
def measure(count: int) -> Measured:
    names = pa.array([f"run {index}" for index in range(count)])
    table = pa.table({"name": names, "energy": [0.5 * index for index in range(count)]})
    return Measured(table, [names])


@f.task
def table_of(measured: Measured) -> pa.Table:
    return measured.table


@f.task
def last_name(table: pa.Table) -> str:
    return str(table["name"][-1])


with f.Fun():
    counts = [3, 10_000]
    tables = [table_of(measure(count)) for count in counts]
    lasts = [last_name(table) for table in tables]
    halves = [table.map(lambda it: it.slice(1, 2)) for table in tables]
    lines = f.shell("wc -l < table.csv", inp={"table.csv": tables[0]})
    f.execute(*lasts, *halves, lines).wait()
    assert [f.take(last) for last in lasts] == ["run 2", "run 9999"]
    assert f.take(halves[0]).to_pylist() == f.take(halves[1]).to_pylist()
    assert f.take(halves[0]).to_pydict() == {"name": ["run 1", "run 2"], "energy": [0.5, 1.0]}
    assert f.take(lines.stdout).strip() == b"4"

# %% frames of polars
import polars as pl


@f.task
def atoms(count: int) -> pl.DataFrame:
    return pl.DataFrame({"element": ["C", "O"] * count, "charge": [0.5, None] * count})


@f.task
def by_element(table: pl.DataFrame) -> pl.DataFrame:
    return table.group_by("element").agg(pl.col("charge").sum()).sort("element")


@f.task
def charges(table: pl.DataFrame) -> pl.Series:
    return table["charge"]


@f.task
def total(column: pl.Series) -> float:
    return float(column.sum())


with f.Fun():
    sums = [by_element(atoms(count)) for count in (2, 10_000)]
    totals = [total(charges(each)) for each in sums]
    given = total(f.put(pl.Series("given", [1.0, 2.0])))
    shown = f.shell("cat table.csv", inp={"table.csv": sums[0]})
    f.execute(*totals, given, shown).wait()
    assert f.take(sums[1]).rows() == [("C", 5000.0), ("O", 0.0)]
    assert [f.take(each) for each in totals] == [1.0, 5000.0]
    assert f.take(given) == 3.0
    assert f.take(shown.stdout) == b"element,charge\nC,1.0\nO,0.0\n"

# %% sparse arrays of SciPy
import numpy as np
from scipy import sparse


@f.task
def chain(size: int) -> sparse.csr_array:
    return sparse.csr_array(sparse.diags_array(np.ones(size - 1), offsets=1))


@f.task
def symmetric(edges: sparse.csr_array) -> sparse.csr_array:
    return sparse.csr_array(edges + edges.T)


with f.Fun():
    graphs = [symmetric(chain(size)) for size in (4, 5_000)]
    degrees = [graph.map(lambda it: it.sum(axis=0)) for graph in graphs]
    f.execute(*degrees).wait()
    assert f.take(degrees[0]).tolist() == [1, 2, 2, 1]
    assert f.take(graphs[1]).nnz == 9998
    assert type(f.take(graphs[1])) is sparse.csr_array

# %% datasets of xarray
import numpy as np
import xarray as xr


@f.task
def weather(days: int) -> xr.Dataset:
    temperature = xr.DataArray(
        np.arange(2.0 * days).reshape(2, days),
        coords={"city": ["Basel", "Bern"], "day": np.arange(days)},
        dims=("city", "day"),
        attrs={"units": "K"},
    )
    return xr.Dataset({"temperature": temperature})


@f.task
def of_city(data: xr.Dataset, name: str) -> xr.DataArray:
    return data["temperature"].sel(city=name)


@f.task
def mean(array: xr.DataArray) -> float:
    return float(array.mean())


with f.Fun():
    arrays = [of_city(weather(days), "Bern") for days in (3, 10_000)]
    means = [mean(array) for array in arrays]
    f.execute(*means).wait()
    assert [f.take(each) for each in means] == [4.0, 14999.5]
    assert f.take(arrays[0]).attrs == {"units": "K"}
    assert str(f.take(arrays[0])["city"].values) == "Bern"

# %% what says itself what it is
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]


def tables(count):  # type: ignore[no-untyped-def]
    return {"polars": pl.DataFrame({"a": range(count)}), "arrow": pa.table({"a": [1, 2]})}


with f.Fun():
    both = f.reduce(tables, 10_000)
    f.execute(both).wait()
    assert f.take(both)["polars"].height == 10_000
    assert f.take(both)["arrow"].num_rows == 2
