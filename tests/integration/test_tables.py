"""Tables, sparse arrays and datasets go from step to step, in memory and by way of workers."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

import funsies as f

np = pytest.importorskip("numpy")
pa = pytest.importorskip("pyarrow")
pl = pytest.importorskip("polars")
sparse = pytest.importorskip("scipy.sparse")
xr = pytest.importorskip("xarray")

SIZES = [3, 3_000, 300_000]  # in the JSON, beside the graph, in the data store


@dataclass
class Made:
    arrow: pa.Table
    frame: pl.DataFrame
    matrix: sparse.csr_array
    array: xr.DataArray


def make(size: int) -> Made:
    values = np.arange(float(size))
    return Made(
        pa.table({"a": values, "b": pa.array([None, "x", "y"] * (size // 3))}),
        pl.DataFrame({"a": values, "b": [None, "x", "y"] * (size // 3)}),
        sparse.csr_array(sparse.eye_array(size, format="csr")),
        xr.DataArray(values, {"x": np.arange(size)}, "x", "n", {"units": "m"}),
    )


made = f.task(make)


@f.task
def arrow_of(it: Made) -> pa.Table:
    return it.arrow.slice(1)


@f.task
def frame_of(it: Made) -> pl.DataFrame:
    return it.frame.filter(pl.col("b").is_not_null())


@f.task
def matrix_of(it: Made) -> sparse.csr_array:
    it.matrix.data *= 2  # in place, as in plain Python
    return it.matrix


@f.task
def dataset_of(it: Made) -> xr.Dataset:
    return it.array.to_dataset()


def all_of(arrow, frame, matrix, dataset):
    return {"arrow": arrow, "frame": [frame, frame["a"]], "others": (matrix, dataset)}


@pytest.fixture
def here(place: f.Server) -> Iterator[f.Server]:
    with f.Fun(place):
        yield place


def test_tables_go_from_step_to_step(here, tmp_path):
    for size in SIZES:
        whole = made(size)
        parts = [arrow_of(whole), frame_of(whole), matrix_of(whole), dataset_of(whole)]
        joined = f.reduce(all_of, *parts)
        csv = {"arrow.csv": parts[0], "frame.csv": parts[1]}
        lines = f.shell("cat *.csv | wc -l", inp=csv)
        f.execute(joined, lines).wait(timeout_seconds=120)
        expected, found = make(size), f.take(joined)
        assert found["arrow"].equals(expected.arrow.slice(1))
        frame = expected.frame.filter(pl.col("b").is_not_null())
        assert found["frame"][0].equals(frame)
        assert found["frame"][1].equals(frame["a"])
        matrix, dataset = found["others"]
        assert type(matrix) is sparse.csr_array
        assert abs(matrix - 2 * expected.matrix).max() == 0
        assert dataset.identical(expected.array.to_dataset())
        assert int(f.take(lines.stdout)) == (size - 1) + 2 * size // 3 + 2
        assert f.take(f.get(parts[0].hash)).equals(found["arrow"])
        for artefact, name in zip(parts, ["a.csv", "f.csv", "m.npz", "d.nc"], strict=True):
            f.takeout(artefact, tmp_path / name)
        assert pl.read_csv(tmp_path / "f.csv").equals(frame)
        assert pl.read_csv(tmp_path / "a.csv").height == size - 1
        stored = sparse.load_npz(tmp_path / "m.npz")
        assert abs(stored - matrix).max() == 0
        netcdf = xr.open_dataset(io.BytesIO((tmp_path / "d.nc").read_bytes()))
        assert (netcdf["n"].values == dataset["n"].values).all()


def test_what_is_no_value_is_an_error_that_says_what_to_do(here):
    lazy = f.reduce(lambda: pl.LazyFrame({"a": [1]}))
    f.execute(lazy).wait(timeout_seconds=60)
    error = f.take(lazy, strict=False).failure()
    assert error.kind == f.ErrorKind.EncodingFailed
    assert "pass frame.collect()" in error.details


def test_the_wrong_table_is_found_when_the_step_is_built():
    for wrong in (
        lambda: frame_of(pa.table({"a": [1]})),
        lambda: f.reduce(frame_of, pl.DataFrame({"a": [1]})),
    ):
        with pytest.raises(f.errors.WiringError):
            wrong()


def test_equal_tables_make_one_step():
    def largest(table: pl.DataFrame) -> int:
        return table["a"].max()

    whole = pl.DataFrame({"a": [1, 2, 3, 4]})
    chunks = pl.concat([whole[:2], whole[2:]], rechunk=False).set_sorted("a")
    with f.Fun(f.Server("memory://")):
        assert f.reduce(largest, whole).hash == f.reduce(largest, chunks).hash
