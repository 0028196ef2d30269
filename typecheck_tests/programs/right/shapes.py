from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

import jaxtyping
import numpy as np
from jaxtyping import Bool, Float, Float64, Int, Shaped, jaxtyped
from numpy.typing import NDArray

import funsies as f

# %% a shape beside a data type
@f.task
def made(n: int) -> Annotated[NDArray[np.float64], f.Shape["*", 3]]:
    return np.arange(3.0 * n).reshape(n, 3)


@f.task
def total(points: Annotated[np.ndarray, f.Shape["n", 3], np.float64]) -> float:
    return float(points.sum())


with f.Fun():
    step = total(made(4))
    f.execute(step).wait()
    assert f.take(step) == total.fn(made.fn(4)) == 66.0

# %% the notation of jaxtyping
@f.task
def made(n: int) -> Float[np.ndarray, "n 3"]:
    return np.ones((n, 3))


@f.task
@jaxtyped(typechecker=None)
def doubled(
    points: Float64[NDArray[np.float64], "n 3"],
) -> jaxtyping.Float[NDArray[np.float64], "n 3"]:
    return points * 2.0


with f.Fun():
    step = doubled(made(4))
    f.execute(step).wait()
    assert f.take(step).tolist() == [[2.0] * 3] * 4

# %% wider and narrower notations
def pairs(n: int) -> Shaped[np.ndarray, "..."]:
    return np.ones((n, 2))


def flat(points: Float[np.ndarray, "n 2"]) -> NDArray[np.float64]:
    return points.ravel()


def largest(numbers: Float[np.ndarray, "*batch"] | Int[np.ndarray, "*batch"]) -> float:
    return float(numbers.max())


def count(numbers: np.ndarray[tuple[int], np.dtype[np.float64]]) -> int:
    return len(numbers)


with f.Fun():
    numbers = f.reduce(flat, f.reduce(pairs, 3))
    ends = f.reduce(largest, numbers), f.reduce(count, numbers)
    f.execute(*ends).wait()
    assert (f.take(ends[0]), f.take(ends[1])) == (1.0, 6)

# %% names for annotations, also used inside of a step
Points = Float[np.ndarray, "n 3"]
Masses = Annotated[NDArray[np.float64], f.Shape["*"]]


def made(n: int) -> Points:
    return np.ones((n, 3))


def are_points(value: Any) -> bool:
    return isinstance(value, Points)


def weighted(points: Points, masses: Masses) -> float:
    return float((points * masses[:, None]).sum())


with f.Fun():
    points = f.reduce(made, 2)
    step, checked = f.reduce(weighted, points, np.array([1.0, 2.0])), f.morph(are_points, points)
    f.execute(step, checked).wait()
    assert f.take(step) == 9.0
    assert f.take(checked)

# %% fields, containers, and what may be missing
@dataclass
class Molecule:
    positions: Float64[np.ndarray, "n 3"]
    fixed: Bool[np.ndarray, "n"] | None = None


@f.task
def water(n: int) -> list[Molecule]:
    return [Molecule(np.zeros((3, 3)), np.array([True, False, False])) for _ in range(n)]


@f.task
def mobile(molecule: Molecule) -> int:
    return 0 if molecule.fixed is None else int((~molecule.fixed).sum())


with f.Fun():
    counts = f.map_each(mobile, water(3))
    f.execute(counts).wait()
    assert f.take(counts) == [2, 2, 2]

# %% a default, and options by keyword
@f.task
def scaled(
    points: Float[NDArray[np.float64], "n 3"],
    by: Annotated[NDArray[np.float64], f.Shape[3]] = np.ones(3),
) -> Float[NDArray[np.float64], "n 3"]:
    return points * by


with f.Fun():
    once = scaled(np.ones((2, 3)))
    twice = scaled(once, by=np.array([2.0, 2.0, 2.0]))
    f.execute(twice).wait()
    assert f.take(twice).tolist() == [[2.0] * 3] * 2

# %% sizes in the plain notation of NumPy
Matrix = np.ndarray[tuple[Literal[3], Literal[3]], np.dtype[np.float64]]


@f.task
def turned(matrix: Matrix) -> Matrix:
    return matrix.T


@f.task
def trace(matrix: Float64[np.ndarray, "n n"]) -> float:
    return float(np.trace(matrix))


with f.Fun():
    step = trace(turned(cast(Matrix, np.eye(3))))
    f.execute(step).wait()
    assert f.take(step) == 3.0

# %% what a lambda or a library makes of an array has another shape
def made(n: int) -> Float[NDArray[np.float64], "n 3"]:
    return np.ones((n, 3))


def wide(points: Float[NDArray[np.float64], "3 n"]) -> int:
    return len(points[0])


with f.Fun():
    points = f.reduce(made, 2)
    ends = (
        f.reduce(wide, f.morph(lambda each: each.T, points)),
        f.reduce(wide, points.map(np.transpose)),
        f.reduce(wide, points.map(np.ndarray.transpose)),
        f.reduce(wide, made(2).T),
    )
    f.execute(*ends).wait()
    assert list(map(f.take, ends)) == [2, 2, 2, 2]

# %% shapes inside of steps
def made(n: int) -> Float[NDArray[np.float64], "n 3"]:
    return np.ones((n, 3))


def summed(row: Float[np.ndarray, "3"]) -> float:
    return float(row.sum())


def rows(points: Float[NDArray[np.float64], "n 3"]) -> list[Float[NDArray[np.float64], "3"]]:
    return list(points)


with f.Fun():
    sums = f.map_each(summed, f.reduce(rows, f.reduce(made, 4)))
    f.execute(sums).wait()
    assert f.take(sums) == [3.0] * 4
