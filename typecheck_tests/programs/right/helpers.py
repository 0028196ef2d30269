from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, NamedTuple, Protocol, TypedDict, TypeVar, overload

from returns.result import Failure, Result, Success

import funsies as f

T = TypeVar("T")
U = TypeVar("U")

# %% a value, or an artefact of it
def lift(value: T | f.Artefact[T]) -> f.Artefact[T]:
    return value if isinstance(value, f.Artefact) else f.put(value)


with f.Fun():
    added = f.reduce(max, lift(3), lift(f.put(4)))
    f.execute(added).wait()
    assert f.take(added) == 4

# %% a generic helper over it
def lift(value: T | f.Artefact[T]) -> f.Artefact[T]:
    return value if isinstance(value, f.Artefact) else f.put(value)


def apply(function: Callable[[T], U], value: T | f.Artefact[T]) -> f.Artefact[U]:
    return lift(value).map(function)


def half(number: int) -> float:
    return number / 2


with f.Fun():
    steps = [apply(half, 3), apply(half, f.put(5))]
    f.execute(steps).wait()
    assert [f.take(each) for each in steps] == [1.5, 2.5]

# %% a task that returns a result
@f.task
def parse(text: str) -> Result[int, f.Error]:
    if text.isdigit():
        return Success(int(text))
    return Failure(f.Error(f.ErrorKind.ReturnedFailure, details="no digits"))


@f.task
def plus(left: int, right: int) -> int:
    return left + right


with f.Fun():
    good, bad = plus(parse("1"), parse("2")), parse("x")
    f.execute(good, bad).wait()
    assert f.take(good) == 3
    assert isinstance(f.take(bad, strict=False), Failure)

# %% generic tasks
@f.task
def first(items: list[T]) -> T:
    return items[0]


@f.task
def pair(left: T, right: U) -> tuple[T, U]:
    return left, right


with f.Fun():
    head = first(f.put(["a", "b"]))
    both = pair(head, 1)
    f.execute(both).wait()
    text, number = f.take(both)
    assert text.upper() == "A"
    assert number + 1 == 2

# %% a named tuple is one result, five are five
class Point(NamedTuple):
    x: float
    y: int


def point(x: float) -> Point:
    return Point(x, 2)


def statistics(items: list[int]) -> tuple[int, int, int, float, str]:
    return min(items), max(items), sum(items), sum(items) / len(items), str(items)


with f.Fun():
    place = f.py(point, 1.5)
    low, high, total, mean, shown = f.py(statistics, [1, 2, 3])
    f.execute(place, low, high, total, mean, shown).wait()
    assert f.take(place).y == 2
    assert (f.take(low), f.take(high), f.take(total)) == (1, 3, 6)
    assert f.take(mean) == 2.0
    assert f.take(shown) == "[1, 2, 3]"

# %% a dataclass of artefacts
@dataclass
class Stage:
    geometry: f.Artefact[str]
    energy: f.Artefact[float]
    history: list[f.Artefact[float]] = field(default_factory=list)

    def then(self, step: float) -> Stage:
        energy = f.reduce(lower, self.energy, step)
        return Stage(self.geometry, energy, [*self.history, self.energy])


def lower(energy: float, step: float) -> float:
    return energy - step


with f.Fun():
    stage = Stage(f.put("C"), f.put(0.0))
    for step in (1.0, 0.5):
        stage = stage.then(step)
    f.execute(stage.energy, *stage.history).wait()
    assert f.take(stage.energy) == -1.5
    assert [f.take(each) for each in stage.history] == [0.0, -1.0]

# %% a class that builds steps
class Model:
    def __init__(self, scale: float) -> None:
        self.scale = scale
        self.steps: dict[str, f.Artefact[float]] = {}

    def add(self, name: str, value: float | f.Artefact[float]) -> f.Artefact[float]:
        self.steps[name] = f.reduce(scaled, value, self.scale)
        return self.steps[name]


def scaled(value: float, scale: float) -> float:
    return value * scale


with f.Fun():
    model = Model(2.0)
    model.add("b", model.add("a", 1.0))
    f.execute(list(model.steps.values())).wait()
    assert {name: f.take(each) for name, each in model.steps.items()} == {"a": 2.0, "b": 4.0}

# %% a typed dict of artefacts
class Parts(TypedDict):
    size: f.Artefact[int]
    name: f.Artefact[str]


def described(parts: dict[str, int | str]) -> str:
    return f"{parts['name']}:{parts['size']}"


def make(name: str) -> Parts:
    return {"size": f.morph(len, name), "name": f.put(name)}


with f.Fun():
    parts = make("abc")
    step = f.reduce(described, f.gather(parts))
    f.execute(step).wait()
    assert f.take(step) == "abc:3"

# %% a typed dict in the place of a dict
class Row(TypedDict):
    name: str
    size: int


def raw(name: str) -> dict[str, object]:
    return {"name": name, "size": len(name)}


def size_of(row: Row) -> int:
    return row["size"]


with f.Fun():
    row = f.morph(raw, "abc", out=Row)
    size = f.morph(size_of, row)
    f.execute(row, size).wait()
    assert f.take(row)["name"] == "abc"
    assert f.take(size) == 3

# %% a protocol for what makes steps
class Builder(Protocol):
    def __call__(self, text: f.Artefact[str], /) -> f.Artefact[int]: ...


def by_length(text: f.Artefact[str]) -> f.Artefact[int]:
    return f.morph(len, text)


def by_words(text: f.Artefact[str]) -> f.Artefact[int]:
    return f.reduce(lambda value: len(value.split()), text, out=int)


def run(builders: Mapping[str, Builder], text: str) -> dict[str, f.Artefact[int]]:
    given = f.put(text)
    return {name: build(given) for name, build in builders.items()}


with f.Fun():
    made = run({"length": by_length, "words": by_words}, "ab cd")
    f.execute(list(made.values())).wait()
    assert {name: f.take(each) for name, each in made.items()} == {"length": 5, "words": 2}

# %% overloads of a helper
@overload
def twice(value: int) -> int: ...
@overload
def twice(value: f.Artefact[int]) -> f.Artefact[int]: ...
def twice(value: int | f.Artefact[int]) -> int | f.Artefact[int]:
    if isinstance(value, f.Artefact):
        return f.reduce(doubled, value)
    return doubled(value)


def doubled(number: int) -> int:
    return 2 * number


with f.Fun():
    step = twice(twice(f.put(twice(1))))
    f.execute(step).wait()
    assert f.take(step) == 8

# %% a generic class that holds an artefact
class Box(Generic[T]):
    def __init__(self, inside: f.Artefact[T]) -> None:
        self.inside = inside

    def map(self, function: Callable[[T], U]) -> Box[U]:
        return Box(self.inside.map(function))


def length(text: str) -> int:
    return len(text)


def negated(number: int) -> int:
    return -number


with f.Fun():
    box = Box(f.put("abc")).map(length).map(negated)
    f.execute(box.inside).wait()
    assert f.take(box.inside) == -3

# %% partials of functions and of steps
def power(base: int, exponent: int) -> int:
    return int(base**exponent)


with f.Fun():
    cube = partial(f.reduce, partial(power, exponent=3))
    steps = [cube(number) for number in (1, 2)]
    f.execute(steps).wait()
    assert [f.take(each) for each in steps] == [1, 8]

# %% lists of artefacts with zip and enumerate
def weighted(value: float, weight: int) -> float:
    return value * weight


with f.Fun():
    values = [f.put(0.5), f.put(1.5)]
    steps = [
        f.reduce(weighted, value, weight + index)
        for index, (value, weight) in enumerate(zip(values, (1, 2), strict=True))
    ]
    f.execute(steps).wait()
    assert [f.take(each) for each in steps] == [0.5, 4.5]

# %% a pipeline of functions
def chain(start: f.Artefact[float], functions: Iterable[Callable[[float], float]]) -> f.Artefact[float]:
    for function in functions:
        start = f.reduce(function, start)
    return start


def plus_one(x: float) -> float:
    return x + 1


def squared(x: float) -> float:
    return x * x


with f.Fun():
    step = chain(f.put(2.0), [plus_one, squared, plus_one])
    f.execute(step).wait()
    assert f.take(step) == 10.0

# %% helpers that return several
def split(items: Sequence[int]) -> tuple[f.Artefact[list[int]], f.Artefact[list[int]]]:
    return f.py(parted, list(items))


def parted(items: list[int]) -> tuple[list[int], list[int]]:
    return [n for n in items if n % 2], [n for n in items if n % 2 == 0]


with f.Fun():
    odd, even = split(range(5))
    f.execute(odd, even).wait()
    assert (f.take(odd), f.take(even)) == ([1, 3], [0, 2, 4])
