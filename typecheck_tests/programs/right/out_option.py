import funsies as f

# %% several results of a function that says nothing
from decimal import Decimal


def split(text):  # type: ignore[no-untyped-def]
    a, b = text.split()
    return Decimal(a), int(b)


with f.Fun():
    price, count = f.py(split, "1.5 3", out=(Decimal, int))
    total = f.reduce(lambda price, count: price * count, price, count, out=Decimal)
    f.execute(total).wait()
    assert f.take(total) == Decimal("4.5")

# %% a dataclass of a lambda, and one of a method
from dataclasses import dataclass


@dataclass
class Point:
    x: float

    def doubled(self):  # type: ignore[no-untyped-def]
        return Point(2 * self.x)


with f.Fun():
    made = f.reduce(lambda x: Point(x), 1.0, out=Point)
    doubled = f.morph(Point.doubled, made, out=Point)
    x = doubled.map(lambda point: point.x)
    f.execute(x).wait()
    assert f.take(x) == 2.0

# %% a wider type than the function says
def count(text: str) -> int:
    return len(text)


def words(text: str) -> list[str]:
    return text.split()


with f.Fun():
    number = f.reduce(count, "abc", out=float)
    half = number.map(lambda n: n / 2)
    either = f.reduce(count, "ab", out=int | None)
    f.execute(half, either).wait()
    assert f.take(half) == 1.5 and f.take(either) == 2

# %% a narrower type than the function says
def find(key: str) -> int | str | None:
    found: dict[str, int | str] = {"a": 2, "b": "x"}
    return found.get(key)


def anything(key: str) -> object:
    return key.upper()


with f.Fun():
    one = f.reduce(find, "a", out=int)
    nothing = f.reduce(find, "b", out=str)
    text = f.morph(anything, "c", out=str)
    joined = f.reduce(lambda a, b: a * b, one, nothing)
    f.execute(joined, text).wait()
    assert f.take(joined) == "xx" and f.take(text) == "C"

# %% a subclass, and a base class
from dataclasses import dataclass


@dataclass(frozen=True)
class Animal:
    name: str


@dataclass(frozen=True)
class Dog(Animal):
    tricks: tuple[str, ...] = ()


def adopt(name: str) -> Animal:
    return Dog(name, ("sit",))


with f.Fun():
    dog = f.reduce(adopt, "rex", out=Dog)
    tricks = dog.map(lambda dog: dog.tricks)
    f.execute(dog, tricks).wait()
    assert f.take(dog) == Dog("rex", ("sit",)) and f.take(tricks) == ("sit",)

# %% one result in a tuple is one artefact
from pathlib import Path

with f.Fun():
    path = f.py(lambda name: Path(name).with_suffix(".out"), "a.inp", out=(Path,))
    name = path.map(lambda path: path.name)
    f.execute(path, name).wait()
    assert f.take(path) == Path("a.out") and f.take(name) == "a.out"

# %% a function of the standard library, and what it parses
import json
from datetime import date

with f.Fun():
    settings = f.reduce(json.loads, '{"steps": 3}', out=dict[str, int])
    steps = settings.map(lambda settings: settings["steps"])
    day = f.reduce(date.fromisoformat, "2024-02-29", out=date)
    f.execute(steps, day).wait()
    assert f.take(steps) == 3 and f.take(day) == date(2024, 2, 29)

# %% a tuple that the function returns, as several results of wider types
def extremes(numbers: list[int]) -> tuple[int, int]:
    return min(numbers), max(numbers)


with f.Fun():
    low, high = f.py(extremes, [3, 1, 2], out=(float, float))
    both = f.reduce(extremes, [3, 1, 2], out=tuple[int, int])
    middle = f.reduce(lambda a, b: (a + b) / 2, low, high)
    f.execute(middle, both).wait()
    assert f.take(middle) == 2.0 and f.take(both) == (1, 3)

# %% an enum that a subclass of int is
from enum import IntEnum


class Level(IntEnum):
    LOW = 1
    HIGH = 2


def level(number: int) -> int:
    return Level(number)


with f.Fun():
    found = f.reduce(level, 2, out=Level)
    name = found.map(lambda level: level.name)
    f.execute(found, name).wait()
    assert f.take(found) is Level.HIGH and f.take(name) == "HIGH"

# %% what has no annotations when it runs gives one artefact, of the whole tuple
with f.Fun():
    both = f.py(divmod, 7, 2)
    pair = f.py(lambda number: (number, str(number)), 3)
    f.execute(both, pair).wait()
    assert f.take(both) == divmod(7, 2)
    assert f.take(pair) == (3, "3")

# %% with out= it gives as many as that names
with f.Fun():
    quotient, rest = f.py(divmod, 7, 2, out=(int, int))
    f.execute(quotient, rest).wait()
    assert (f.take(quotient), f.take(rest)) == divmod(7, 2)

# %% scalars of NumPy, stored as the numbers that equal them
from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray


def first(numbers: NDArray[np.int64]) -> np.int64:
    return np.int64(numbers[0])


def spread(numbers: NDArray[np.float64]) -> np.floating[Any]:
    return np.std(numbers)


@f.task
def shown(number: float, count: int) -> str:
    return f"{number:.1f} {count}"


with f.Fun():
    numbers, counts = np.array([3.0, 4.0]), np.array([2, 3])
    length = f.reduce(np.linalg.norm, numbers, out=float)
    assert_type(length, f.Artefact[float])
    means = [f.reduce(np.mean, numbers, out=float), f.morph(lambda x: np.std(x), numbers, out=float)]
    text = shown(length, f.reduce(np.argmax, numbers, out=int))
    own = shown(f.reduce(spread, numbers, out=float), f.morph(first, counts, out=int))
    every = f.reduce(np.all, numbers, out=bool)
    f.execute(means, text, own, every).wait()
    assert [f.take(each) for each in means] == [3.5, 0.5]
    assert (f.take(text), f.take(own)) == ("5.0 1", "0.5 2")
    assert f.take(every) is True
