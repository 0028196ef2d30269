from dataclasses import dataclass
from typing import Annotated, Literal

import jaxtyping
import numpy as np
from jaxtyping import Float, Float32, Int
from numpy.typing import NDArray

import funsies as f

# %% a size
@f.task
def made(n: int) -> Annotated[NDArray[np.float64], f.Shape["*", 3]]:
    return np.ones((n, 3))


@f.task
def flat(points: Annotated[NDArray[np.float64], f.Shape["*", 2]]) -> float:
    return float(points.sum())


with f.Fun():
    f.execute(flat(made(4)))  # Raises: is Annotated[NDArray[float64], Shape['*', 2]], but it is given an artefact of  # E: takes arrays of shape (*, 2), but it is given one of shape (*, 3)

# %% a number of axes
@f.task
def made(n: int) -> Float[np.ndarray, "n 3"]:
    return np.ones((n, 3))


def longest(numbers: Float[np.ndarray, "n"]) -> float:
    return float(numbers.max())


with f.Fun():
    f.execute(f.reduce(longest, made(4)))  # Raises: is Float[ndarray, 'n'], but it is given an artefact of Float[ndarray, 'n 3']  # E: takes arrays of shape "n", but it is given one of shape "n 3"

# %% a data type
@f.task
def made(n: int) -> Float[np.ndarray, "n"]:
    return np.ones(n)


@f.task
def counted(numbers: jaxtyping.Int[np.ndarray, "n"]) -> int:
    return int(numbers.sum())


with f.Fun():
    f.execute(counted(made(4)))  # Raises: is Int[ndarray, 'n'], but it is given an artefact of Float[ndarray, 'n']  # E: takes arrays of Int, but it is given one of Float

# %% a data type that NumPy's own notation names
@f.task
def made(n: int) -> NDArray[np.int64]:
    return np.arange(n)


@f.task
def mean(numbers: NDArray[np.float64]) -> float:
    return float(numbers.mean())


with f.Fun():
    f.execute(mean(made(4)))  # Raises: is NDArray[float64], but it is given an artefact of NDArray[int64]  # E: has type "Artefact[ndarray[

# %% a size that NumPy's own notation names
@f.task
def made(n: int) -> np.ndarray[tuple[int, Literal[3]], np.dtype[np.float64]]:
    return np.ones((n, 3))  # type: ignore[return-value]


@f.task
def flat(points: np.ndarray[tuple[int, Literal[4]], np.dtype[np.float64]]) -> float:
    return float(points.sum())


with f.Fun():
    f.execute(flat(made(4)))  # Raises: is ndarray[tuple[int, Literal[4]], dtype[float64]]  # E: has type "Artefact[ndarray[

# %% a value
@f.task
def longest(numbers: Float32[np.ndarray, "n"]) -> float:
    return float(numbers.max())


with f.Fun():
    f.execute(longest(np.ones(3)))  # Raises: got an array of float64; convert it, for example with astype(np.float32)

# %% one of several artefacts in a list
@f.task
def made(n: int) -> list[Float[np.ndarray, "3"]]:
    return [np.ones(3)] * n


@f.task
def sums(vectors: list[Float[np.ndarray, "4"]]) -> float:
    return float(sum(each.sum() for each in vectors))


with f.Fun():
    f.execute(sums(made(2)))  # Raises: is list[Float[ndarray, '4']]  # E: takes arrays of shape "4", but it is given one of shape "3"

# %% a shape of what has none
@f.task
def first(numbers: Annotated[list[int], f.Shape[3]]) -> int:
    return numbers[0]


with f.Fun():
    f.execute(first([1, 2, 3]))  # Raises: Shape[3] of list[int], whose values have no shape

# %% names for annotations
Points = Float[np.ndarray, "n 3"]
Masses = Annotated[NDArray[np.float64], f.Shape["*"]]


def made(n: int) -> Points:
    return np.ones((n, 3))


def heaviest(masses: Masses) -> float:
    return float(masses.max())


with f.Fun():
    f.execute(f.reduce(heaviest, f.reduce(made, 3)))  # Raises: is Annotated[NDArray[float64], Shape['*']]  # E: takes arrays of shape (*), but it is given one of shape "n 3"

# %% one notation and another
@f.task
def made(n: int) -> NDArray[np.int64]:
    return np.arange(n)


@f.task
def longest(numbers: Float[np.ndarray, "n"]) -> float:
    return float(numbers.max())


with f.Fun():
    f.execute(longest(made(3)))  # Raises: is Float[ndarray, 'n'], but it is given an artefact of NDArray[int64]  # E: takes arrays of Float, but it is given one of int64

# %% a data type beside a shape
@f.task
def made(n: int) -> Annotated[np.ndarray, f.Shape["*", 3], np.float32]:
    return np.ones((n, 3), np.float32)


@f.task
def flat(points: Annotated[np.ndarray, f.Shape[..., 3], np.float64]) -> float:
    return float(points.sum())


with f.Fun():
    f.execute(flat(made(4)))  # Raises: is Annotated[ndarray, Shape[..., 3], float64]  # E: takes arrays of float64, but it is given one of float32

# %% what may be missing, and a field
@dataclass
class Molecule:
    positions: Float[np.ndarray, "n 3"]


def made(n: int) -> Molecule | None:
    return Molecule(np.ones((n, 3))) if n else None


def positions(molecule: Molecule | None) -> Float[np.ndarray, "n 3"] | None:
    return None if molecule is None else molecule.positions


def plane(points: Float[np.ndarray, "n 2"] | None) -> int:
    return 0 if points is None else len(points)


with f.Fun():
    f.execute(f.reduce(plane, f.reduce(positions, f.reduce(made, 3))))  # E: takes arrays of shape "n 2"

# %% a value that was named
def flat(points: Float[np.ndarray, "n 2"]) -> int:
    return len(points)


points: Float[np.ndarray, "n 3"] = np.ones((2, 3))
with f.Fun():
    f.execute(f.reduce(flat, points))  # Raises: got an array of shape (2, 3)  # E: takes arrays of shape "n 2"
