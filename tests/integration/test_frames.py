"""Frames of pandas go from step to step, small and large, in memory and by way of workers."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

import funsies as f

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")

SIZES = [3, 3_000, 20_000]  # in the JSON, beside the graph, in the data store


@dataclass
class Report:
    table: pd.DataFrame
    best: pd.Series
    made: pd.Timestamp


def table_of(size: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "energy": np.linspace(-1.0, 1.0, size),
            "name": [f"molecule {n} é" for n in range(size)],
            "kind": pd.Categorical(["a", "b", None][n % 3] for n in range(size)),
            "day": pd.date_range("2020", periods=size, freq="min", tz="Europe/Berlin"),
            "count": pd.array([None if n % 7 == 3 else n for n in range(size)], dtype="Int64"),
        },
        index=pd.Index(range(0, 2 * size, 2), name="id"),
    )


@f.task
def simulate(size: int) -> pd.DataFrame:
    return table_of(size)


@f.task
def with_rank(table: pd.DataFrame) -> pd.DataFrame:
    table["rank"] = table["energy"].rank()  # in place, as in plain Python
    return table


@f.task
def energies(table: pd.DataFrame) -> pd.Series:
    return table["energy"]


@f.task
def report(table: pd.DataFrame, best: pd.Series) -> Report:
    return Report(table.head(2), best.nlargest(2), pd.Timestamp("2020", tz="UTC"))


@f.task
def means(table: pd.DataFrame) -> dict[str, Any]:
    return {"by kind": table.groupby("kind", observed=True)["energy"].mean(), "n": len(table)}


@pytest.fixture
def here(place: f.Server) -> Iterator[f.Server]:
    with f.Fun(place):
        yield place


def test_frames_go_from_step_to_step(here, tmp_path):
    for size in SIZES:
        table = simulate(size)
        ranked = with_rank(table)
        made, grouped = report(ranked, energies(table)), means(ranked)
        lines = f.shell("wc -l < in.csv", inp={"in.csv": ranked})
        f.execute(made, grouped, lines).wait(timeout_seconds=60)
        expected = table_of(size)
        pd.testing.assert_frame_equal(f.take(table), expected)
        expected["rank"] = expected["energy"].rank()
        pd.testing.assert_frame_equal(f.take(ranked), expected)
        pd.testing.assert_frame_equal(f.take(f.get(ranked.hash)), expected)
        found = f.take(made)
        pd.testing.assert_frame_equal(found.table, expected.head(2))
        pd.testing.assert_series_equal(found.best, expected["energy"].nlargest(2))
        assert found.made == pd.Timestamp("2020", tz="UTC")
        by_kind = expected.groupby("kind", observed=True)["energy"].mean()
        pd.testing.assert_series_equal(f.take(grouped)["by kind"], by_kind)
        assert int(f.take(lines.stdout)) == size + 1
        f.takeout(ranked, tmp_path / "ranked.csv")
        assert (tmp_path / "ranked.csv").read_text() == expected.to_csv()


def test_a_frame_read_from_the_file_of_a_shell_step_is_a_value(here):
    def read(data: bytes) -> pd.DataFrame:
        return pd.read_csv(io.BytesIO(data))

    table = f.put(pd.DataFrame({"n": [1, 2, 3]}))
    doubled = f.shell("sed s/3/30/ in.csv > out.csv", inp={"in.csv": table}, out=["out.csv"])
    back = f.reduce(read, doubled.out["out.csv"])
    f.execute(back).wait(timeout_seconds=60)
    pd.testing.assert_frame_equal(f.take(back), pd.DataFrame({"n": [1, 2, 30]}))


def test_a_series_is_no_frame_which_is_found_when_the_step_is_built():
    series = energies(simulate(3))
    for wrong in (series, pd.Series([1.0]), f.put(pd.Series([1.0]))):
        with pytest.raises(f.errors.WiringError, match="DataFrame"):
            with_rank(wrong)


def test_what_would_be_lost_is_an_error_that_names_the_column(here):
    class Thing:
        pass

    def make() -> pd.DataFrame:
        return pd.DataFrame({"fine": [1], "bad": [Thing()]})

    wrong = f.reduce(make)
    f.execute(wrong).wait(timeout_seconds=60)
    error = f.take(wrong, strict=False).failure()
    assert error.kind == f.ErrorKind.EncodingFailed
    assert "at ['bad'][0]: Thing" in error.details


STUBBED = """
from __future__ import annotations

from dataclasses import dataclass

import funsies as f
import pandas as pd


@dataclass
class Column:
    values: pd.Series[float]
    labels: dict[str, pd.Index[str]] | None = None


@f.task
def make(size: int) -> pd.Series[float]:
    return pd.Series([0.5] * size)


@f.task
def column(values: pd.Series[float], names: list[str]) -> Column:
    return Column(values, {"of": pd.Index(names)})
"""


def test_type_arguments_that_only_stubs_know_are_left_out(tmp_path, monkeypatch):
    """Not one of the other annotations is lost with them."""
    (tmp_path / "stubbed_frames.py").write_text(STUBBED)
    monkeypatch.syspath_prepend(tmp_path)
    import stubbed_frames  # noqa: PLC0415 - it was written here

    with f.Fun(f.Server("memory://")):
        made = stubbed_frames.column(stubbed_frames.make(2), ["a"])
        f.execute(made).wait()
        assert f.take(made).values.sum() == 1.0
        assert list(f.take(made).labels["of"]) == ["a"]
        with pytest.raises(f.errors.WiringError, match="Series"):
            stubbed_frames.column(f.put(pd.DataFrame()), ["a"])
        with pytest.raises(f.errors.WiringError, match=r"list\[str\]"):
            stubbed_frames.column(stubbed_frames.make(2), [1])
