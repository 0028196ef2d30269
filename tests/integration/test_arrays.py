"""Arrays go from step to step, small and large, in memory and by way of workers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

import funsies as f

np = pytest.importorskip("numpy")
NDArray = pytest.importorskip("numpy.typing").NDArray

SIZES = [3, 3_000, 300_000]  # in the JSON, beside the graph, in the data store


@dataclass
class Run:
    positions: NDArray[np.float64]
    forces: np.ndarray
    log: bytes


@f.task
def simulate(size: int) -> Run:
    positions = np.linspace(0.0, 1.0, size)
    return Run(positions, np.zeros((size, 2), order="F"), b"x" * size)


@f.task
def shifted(run: Run) -> NDArray[np.float64]:
    run.positions += 1.0  # in place, as in plain Python
    return run.positions


@f.task
def total(positions: NDArray[np.float64]) -> float:
    return float(positions.sum())


@f.task
def whole_numbers(size: int) -> NDArray[np.float64]:
    return np.arange(size)


@f.task
def count(numbers: NDArray[np.int64]) -> int:
    return len(numbers)


def make_ones(size: int) -> dict[str, np.ndarray]:
    return {"of": np.ones(size)}


@pytest.fixture
def here(place: f.Server) -> Iterator[f.Server]:
    with f.Fun(place):
        yield place


def test_arrays_go_from_step_to_step(here, tmp_path):
    for size in SIZES:
        run = simulate(size)
        moved = shifted(run)
        double = moved.map(lambda positions: {"twice": 2 * positions})
        numbers = f.put(np.arange(size))
        sizes = f.shell("wc -c < in.npy", inp={"in.npy": moved})
        f.execute(total(moved), double, count(numbers), sizes).wait(timeout_seconds=60)
        expected = np.linspace(0.0, 1.0, size) + 1.0
        assert np.array_equal(f.take(moved), expected)
        assert np.array_equal(f.take(double)["twice"], 2 * expected)
        assert f.take(total(moved)) == expected.sum()
        assert f.take(count(numbers)) == size
        found = f.take(run)
        assert found.log == b"x" * size
        assert found.forces.flags.fnc == (size > 1)
        assert np.array_equal(found.positions, np.linspace(0.0, 1.0, size))
        f.takeout(moved, tmp_path / "moved.npy")
        assert np.array_equal(np.load(tmp_path / "moved.npy"), expected)
        assert int(f.take(sizes.stdout)) == (tmp_path / "moved.npy").stat().st_size
        f.takeout(run, tmp_path / "run.json")
        assert json.loads((tmp_path / "run.json").read_text()).keys() == vars(found).keys()
        assert np.array_equal(f.take(f.get(moved.hash)), expected)


def test_an_array_of_another_dtype_is_an_error_that_says_what_to_do(here):
    wrong = whole_numbers(3)
    f.execute(wrong).wait(timeout_seconds=60)
    error = f.take(wrong, strict=False).failure()
    assert error.kind == f.ErrorKind.EncodingFailed
    assert "got an array of int64; convert it, for example with astype(np.float64)" in (
        error.details
    )


def test_an_array_that_cannot_fit_is_found_when_the_step_is_built():
    numbers = f.put(np.arange(3))
    for wrong in (lambda: total(np.arange(3)), lambda: total(numbers)):
        with pytest.raises(f.errors.WiringError, match=r"NDArray\[float64\]"):
            wrong()
    assert isinstance(count(numbers), f.Artefact)


def test_what_is_taken_twice_is_not_shared():
    with f.Fun(f.Server("memory://")):
        ones = f.put(np.ones(SIZES[-1]))
        first = f.take(ones)
        first += 1
        assert f.take(ones).max() == 1


def test_a_step_in_a_process_of_its_own_returns_arrays(here):
    ones = f.reduce(make_ones, SIZES[-1], opt=f.options(isolated=True))
    f.execute(ones).wait(timeout_seconds=60)
    assert f.take(ones)["of"].sum() == SIZES[-1]
