import funsies as f

# %% another scalar than the function returns
def count(text: str) -> int:
    return len(text)


f.reduce(count, "abc", out=str)  # Raises: count returns int, which is no str, as out= says  # E: "count" returns "int", which is no "str", as out= says; leave out= away

# %% another one for morph
def size(text: str) -> int:
    return len(text)


f.morph(size, "abc", out=bytes)  # Raises: which is no bytes  # E: which is no "bytes"

# %% another item type
def words(text: str) -> list[str]:
    return text.split()


f.reduce(words, "a b", out=list[int])  # Raises: words returns list[str], which is no list[int]  # E: "words" returns "list[str]", which is no "list[int]"

# %% another container
def words(text: str) -> list[str]:
    return text.split()


f.reduce(words, "a b", out=set[str])  # Raises: which is no set[str]  # E: which is no "set[str]"

# %% another class
from dataclasses import dataclass


@dataclass
class Energy:
    value: float


@dataclass
class Force:
    value: float


def energy(value: float) -> Energy:
    return Energy(value)


f.reduce(energy, 1.0, out=Force)  # Raises: energy returns Energy, which is no Force  # E: "energy" returns "Energy", which is no "Force"

# %% a type without a tuple for py
def count(text: str) -> int:
    return len(text)


f.py(count, "abc", out=int)  # Raises: out= of py() is a tuple of types  # E: out= of py() is a tuple of types, for example out=(int,)

# %% more types than results
def extremes(numbers: list[int]) -> tuple[int, int]:
    return min(numbers), max(numbers)


low, middle, high = f.py(extremes, [1, 2], out=(int, int, int))  # Raises: extremes returns 2 values, but out= names 3 types  # E: "extremes" returns 2 values, but out= names 3 types

# %% one of several types is wrong
def parse(line: str) -> tuple[str, float]:
    name, value = line.split()
    return name, float(value)


name, value = f.py(parse, "a 1.5", out=(str, str))  # Raises: parse returns float, which is no str  # E: "parse" returns "float", which is no "str"

# %% a lambda whose result is known
f.reduce(lambda text: len(text), "abc", out=str)  # E: returns "int", which is no "str"

# %% a built-in whose result is known
f.reduce(len, [1, 2], out=list[int])  # E: "len" returns "int", which is no "list[int]"

# %% none of the types of a union
def find(key: str) -> int | None:
    return {"a": 1}.get(key)


f.reduce(find, "a", out=str)  # Raises: find returns int | None, which is no str  # E: which is no "str"

# %% an enum in the place of another one
from enum import Enum


class Spin(Enum):
    UP = 1
    DOWN = 2


class Phase(Enum):
    SOLID = 1
    LIQUID = 2


def flip(spin: Spin) -> Spin:
    return Spin.DOWN if spin is Spin.UP else Spin.UP


f.reduce(flip, Spin.UP, out=Phase)  # Raises: flip returns Spin, which is no Phase  # E: "flip" returns "Spin", which is no "Phase"

# %% the results of what has no annotations when it runs are not told apart
with f.Fun():
    quotient, rest = f.py(divmod, 7, 2)  # E: object is not iterable

# %% a scalar of NumPy, which is no text
import numpy as np


def first(numbers: list[np.int64]) -> np.int64:
    return numbers[0]


f.reduce(first, [np.int64(2)], out=str)  # Raises: first returns int64, which is no str, as out= says  # E: which is no "str", as out= says
