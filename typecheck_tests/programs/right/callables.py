import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import TypeVar, assert_type

from returns.pipeline import is_successful
from returns.result import Failure, Result, Success

import funsies as f


# %% a task given to reduce is the very step of its call
@f.task
def square(number: int) -> int:
    return number * number


with f.Fun():
    given, called = f.reduce(square, 3), square(3)
    assert_type(given, f.Artefact[int])
    assert given == called
    f.execute(given).wait()
    assert f.take(called) == 9


# %% the same by morph, map and bind
@f.task
def energy(charge: int, distance: float = 2.0) -> float:
    return charge / distance


with f.Fun():
    charge = f.put(3)
    steps = [
        f.morph(energy, charge),
        charge.map(energy),
        charge.bind(energy),
        charge.bind(functools.partial(energy, distance=2.0)),
    ]
    assert set(steps) == {energy(charge), energy(charge, distance=2.0)}
    f.execute(steps).wait()
    assert [f.take(step) for step in steps] == [1.5] * 4

# %% a partial of a task fixes inputs, artefacts among them
@f.task
def scaled(vector: list[float], factor: float, offset: float = 0.0) -> list[float]:
    return [factor * each + offset for each in vector]


with f.Fun():
    factor = f.reduce(max, 2.0, 3.0)
    triple = functools.partial(scaled, factor=factor)
    assert_type(triple([1.0]), f.Artefact[list[float]])
    shifted = functools.partial(triple, offset=1.0)
    both = [f.reduce(triple, [1.0, 2.0]), f.put([1.0, 2.0]).map(shifted)]
    f.execute(*both).wait()
    assert [f.take(each) for each in both] == [[3.0, 6.0], [4.0, 7.0]]


# %% a partial of a task for each item
@dataclass(frozen=True)
class Atom:
    symbol: str
    charge: int = 0


@f.task
def ionised(atom: Atom, by: int) -> Atom:
    return replace(atom, charge=atom.charge + by)


with f.Fun():
    atoms = f.put([Atom("Na"), Atom("Cl", -2)])
    ions = f.map_each(functools.partial(ionised, by=1), atoms)
    assert_type(ions, f.Artefact[list[Atom]])
    f.execute(ions).wait()
    assert f.take(ions) == [Atom("Na", 1), Atom("Cl", -1)]

    by = f.reduce(max, 1, 2)  # what all items share may be an artefact
    more = f.map_each(functools.partial(ionised, by=by), atoms)
    assert_type(more, f.Artefact[list[Atom]])
    f.execute(more).wait()
    assert f.take(more) == [Atom("Na", 2), Atom("Cl", 0)]


# %% a task with several results, by py
@f.task
def split_name(path: Path) -> tuple[str, str]:
    return path.stem, path.suffix


with f.Fun():
    stem, suffix = f.py(split_name, Path("geometry.xyz"))
    whole = split_name(Path("geometry.xyz"))
    assert_type(stem, f.Artefact[str])
    f.execute(stem, suffix, whole).wait()
    assert (f.take(stem), f.take(suffix)) == f.take(whole) == ("geometry", ".xyz")


# %% a task that takes results
@f.task(strict=False)
def best(*energies: Result[float, f.Error]) -> float:
    return min(each.unwrap() for each in energies if is_successful(each))


def fails(number: int) -> float:
    raise ValueError("no convergence")


with f.Fun():
    found = f.reduce(best, -1.0, f.reduce(fails, 1), f.put(-3.5))
    said = f.reduce(best, -1.0, strict=False)
    f.execute(found, said).wait()
    assert (f.take(found), f.take(said)) == (-3.5, -1.0)

# %% a generic task
Item = TypeVar("Item")


@f.task
def first(items: Sequence[Item]) -> Item:
    return items[0]


with f.Fun():
    text = f.reduce(first, ["a", "b"])
    assert_type(text, f.Artefact[str])
    price = f.put([Decimal("1.10"), Decimal(2)]).map(first)
    assert_type(price, f.Artefact[Decimal])
    f.execute(text, price).wait()
    assert (f.take(text), f.take(price)) == ("a", Decimal("1.10"))


# %% a task that returns a Result
@f.task
def inverse(number: float) -> Result[float, str]:
    return Success(1 / number) if number else Failure("zero has no inverse")


with f.Fun():
    half, none = f.reduce(inverse, 2.0), f.put(0.0).map(inverse)
    assert_type(half, f.Artefact[float])
    f.execute(half, none).wait()
    assert f.take(half) == 0.5
    assert "zero has no inverse" in f.take(none, strict=False).failure().details


# %% bind gives values alone to a task that takes results
@f.task(strict=False)
def or_zero(number: Result[int, f.Error]) -> int:
    return number.value_or(0)


with f.Fun():
    good, bad = f.put(3), f.reduce(int, "three", out=int)
    kept, failed, mended = good.bind(or_zero), bad.bind(or_zero), bad.map(or_zero)
    f.execute(kept, failed, mended).wait()
    assert (f.take(kept), f.take(mended)) == (3, 0)
    assert f.take(failed, strict=False).failure().exception == "ValueError"


# %% a task that mends an error
@f.task
def default(error: f.Error) -> float:
    return -1.0 if error.exception == "ZeroDivisionError" else 0.0


@f.task
def ratio(one: float, other: float) -> float:
    return one / other


with f.Fun():
    mended = ratio(1.0, 0.0).lash(default)
    assert_type(mended, f.Artefact[float])
    f.execute(mended).wait()
    assert f.take(mended) == -1.0


# %% split, apply and combine by tasks
@f.task
def words(text: str) -> list[str]:
    return text.split()


@f.task
def length(word: str) -> int:
    return len(word)


@f.task
def longest(lengths: list[int]) -> int:
    return max(lengths)


with f.Fun():
    found = f.dynamic.sac(words, length, longest, "ribose glucose")
    assert_type(found, f.Artefact[int])
    f.execute(found).wait()
    assert f.take(found) == 7


# %% tasks in a table, given by name
class Method(Enum):
    LINEAR = "linear"
    SQUARE = "square"


@f.task
def linear(number: float) -> float:
    return 2 * number


@f.task
def squared(number: float) -> float:
    return number**2


METHODS = {Method.LINEAR: linear, Method.SQUARE: squared}

with f.Fun():
    results = {method: f.reduce(task, 3.0) for method, task in METHODS.items()}
    together = f.gather(results)
    f.execute(together).wait()
    assert f.take(together) == {Method.LINEAR: 6.0, Method.SQUARE: 9.0}


# %% options, names and versions of a task stay
@f.task(name="measured", version="3", opt=f.options(retries=2))
def measure(sample: str) -> int:
    return len(sample)


with f.Fun():
    step = f.reduce(measure, "ribose")
    assert step == measure("ribose")
    assert step.operation is not None and step.operation.options.retries == 2
    f.execute(step).wait()
    assert f.take(step) == 6


# %% a chain of tasks, folded
@f.task
def add(one: int, other: int) -> int:
    return one + other


with f.Fun():
    start: f.Artefact[int] = f.put(0)
    total = functools.reduce(add, [f.put(1), f.put(2), f.put(3)], start)
    f.execute(total).wait()
    assert f.take(total) == 6


# %% a dynamic function that maps a task over what it finds
@f.task
def doubled(number: int) -> int:
    return 2 * number


def doubled_all(numbers: list[int]) -> f.Artefact[list[int]]:
    return f.gather([f.put(number).map(doubled) for number in numbers])


with f.Fun():
    all_of_them = f.reduce(sorted, [3, 1], out=list[int]).bind(doubled_all)
    f.execute(all_of_them).wait()
    assert f.take(all_of_them) == [2, 6]


# %% a function beside its task: two steps, one result
def plain(number: int) -> int:
    return number + 1


task = f.task(plain)

with f.Fun():
    by_function, by_task = f.reduce(plain, 1), f.reduce(task, 1)
    f.execute(by_task, by_function).wait()
    assert f.take(by_function) == f.take(by_task) == plain(1)
