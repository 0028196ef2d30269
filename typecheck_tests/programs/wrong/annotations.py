import funsies as f

# %% a key that is no option
from typing import TypedDict, Unpack


class Options(TypedDict, total=False):
    steps: int
    tolerance: float


@f.task
def optimise(name: str, **options: Unpack[Options]) -> str:
    return f"{name} {options}"


optimise("water", step=3)  # Raises: optimise() has no parameter 'step'; did you mean 'steps'?  # E: "step"

# %% an option of a wrong type
from typing import NotRequired, TypedDict, Unpack


class Options(TypedDict):
    steps: int
    tolerance: NotRequired[float]


@f.task
def optimise(name: str, **options: Unpack[Options]) -> str:
    return f"{name} {options}"


optimise("water", steps=f.put("three"))  # Raises: parameter 'steps' of optimise is int, but it is given an artefact of str  # E: Artefact[str]

# %% an option that must be there
from typing import TypedDict, Unpack


class Options(TypedDict):
    steps: int


@f.task
def optimise(name: str, **options: Unpack[Options]) -> str:
    return f"{name} {options}"


optimise("water")  # Raises: missing a required argument: 'steps'  # E: Missing named argument "steps"

# %% a generator as a result
from collections.abc import Iterable


@f.task
def numbers(n: int) -> Iterable[int]:  # E: Task "numbers" returns "Iterable[int]", which has no encoding; it can be read only once
    return (i for i in range(n))


numbers(3)  # Raises: an Iterable may be a generator, which can be read only once

# %% a generator as an argument
from collections.abc import Iterable


@f.task
def total(numbers: Iterable[int]) -> int:
    return sum(numbers)


total(i for i in range(3))  # Raises: it can be read only once: pass list(...) of it  # E: An input of "total" is "Generator[int, None, None]", which has no encoding

# %% an iterator as a parameter
from collections.abc import Iterator


@f.task
def first(numbers: Iterator[int]) -> int:  # E: Parameter "numbers" of task "first" is "Iterator[int]", which has no encoding; it can be read only once
    return next(numbers)


first([1, 2])  # Raises: Iterator has no encoding; it can be read only once  # E: parameter "numbers" of "first" needs "Iterator[int]"

# %% a function as a parameter
from collections.abc import Callable


@f.task
def apply(function: Callable[[int], int], number: int) -> int:  # E: make the function a part of the task instead of its input
    return function(number)


apply(abs, 3)  # Raises: Callable has no encoding; make the function a part of the task instead of its input  # E: An input of "apply" is

# %% a class as a parameter
@f.task
def made(kind: type[int], text: str) -> int:  # E: Parameter "kind" of task "made" is "type[int]", which has no encoding; pass its name, or an Enum
    return kind(text)


made(int, "3")  # Raises: type has no encoding; pass its name, or an Enum  # E: An input of "made" is

# %% an array of NumPy of another type
import numpy as np
from numpy.typing import NDArray


@f.task
def mean(values: NDArray[np.float64]) -> float:
    return float(values.mean())


@f.task
def numbers(count: int) -> NDArray[np.int64]:
    return np.arange(count)


mean(numbers(3))  # Raises: parameter 'values' of mean is NDArray[float64], but it is given an artefact of NDArray[int64]  # E: has type "Artefact[ndarray

# %% a series where a frame is asked for
import pandas as pd


@f.task
def rows(table: pd.DataFrame) -> int:
    return len(table)


@f.task
def energies(size: int) -> pd.Series:
    return pd.Series([0.5] * size)


rows(energies(3))  # Raises: parameter 'table' of rows is DataFrame, but it is given an artefact of Series  # E: has type "Artefact[Series

# %% a number of NumPy that is another one
import numpy as np


@f.task
def half(value: np.float64) -> np.float64:
    return value / 2


@f.task
def count(values: list[float]) -> np.int64:
    return np.int64(len(values))


half(count([1.0]))  # Raises: parameter 'value' of half is float64, but it is given an artefact of int64  # E: has type "Artefact[signedinteger[_64Bit]]"

# %% what a class method returns is its class
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Atom:
    symbol: str

    @classmethod
    def parse(cls, line: str) -> Self:
        return cls(line.split()[0])


f.reduce(Atom.parse, "C 1.0").map(len)  # E: Artefact[Atom]
f.reduce(Atom.parse, f.put(3))  # Raises: parameter 'line' of Atom.parse is str, but it is given an artefact of int  # E: "Artefact[int]"

# %% too few items in a tuple with an open part
@f.task
def total(row: tuple[str, *tuple[float, ...]]) -> float:
    return sum(row[1:])


total((1.0, 2.0))  # Raises: at [0]: expected str, got float 1.0  # E: parameter "row" of "total" needs
