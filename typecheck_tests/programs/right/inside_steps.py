import functools
import statistics
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import funsies as f


@f.task
def square(number: int) -> int:
    return number * number


# %% the function of a task, called in another task
@f.task
def sum_of_squares(count: int) -> int:
    return sum(square.fn(number) for number in range(count))


with f.Fun():
    total = sum_of_squares(4)
    f.execute(total).wait()
    assert f.take(total) == sum(number**2 for number in range(4))

# %% the function of a task, given on inside of a step
@f.task
def squares(numbers: list[int]) -> dict[int, int]:
    return dict(zip(numbers, map(square.fn, numbers)))


with f.Fun():
    table = squares([1, 3])
    f.execute(table).wait()
    assert f.take(table) == {1: 1, 3: 9}

# %% a task that has a version of its own counts by it
@f.task(version="2")
def rounded(price: Decimal) -> Decimal:
    return price.quantize(Decimal("0.01"))


@f.task
def bill(prices: list[Decimal]) -> Decimal:
    return sum((rounded.fn(price) for price in prices), Decimal(0))


with f.Fun():
    due = bill([Decimal("1.005"), Decimal("2.499")])
    f.execute(due).wait()
    assert f.take(due) == Decimal("3.50")

# %% a recursive function beside its task
def fibonacci(number: int) -> int:
    return number if number < 2 else fibonacci(number - 1) + fibonacci(number - 2)


fibonacci_step = f.task(fibonacci)

with f.Fun():
    step = fibonacci_step(12)
    f.execute(step).wait()
    assert f.take(step) == fibonacci(12) == 144

# %% a class whose methods build, and whose objects are values
@dataclass(frozen=True)
class Molecule:
    smiles: str

    def energy(self) -> f.Artefact[float]:
        return f.reduce(energy_of, self)


def energy_of(molecule: Molecule) -> float:
    return -1.5 * len(molecule.smiles)


with f.Fun():
    energies = [Molecule(smiles).energy() for smiles in ("C", "CO")]
    f.execute(energies).wait()
    assert [f.take(energy) for energy in energies] == [-1.5, -3.0]

# %% a dynamic function calls tasks
def both(number: int) -> f.Artefact[list[int]]:
    return f.gather([square(number), square(number + 1)])


with f.Fun():
    pair = f.put(2).bind(both)
    f.execute(pair).wait()
    assert f.take(pair) == [4, 9]

# %% a dynamic function that builds by helpers
def chained(number: int, times: int) -> f.Artefact[int]:
    made = f.put(number)
    for _ in range(times):
        made = square(made)
    return made


def twice(number: int) -> f.Artefact[int]:
    return chained(number, 2)


with f.Fun():
    fourth_power = f.put(3).bind(twice)
    f.execute(fourth_power).wait()
    assert f.take(fourth_power) == 81

# %% a dynamic function that goes on until it is good enough
@f.task
def improve(estimate: float) -> float:
    return (estimate + 2 / estimate) / 2


def until_good(estimate: float) -> f.Artefact[float]:
    if abs(estimate**2 - 2) < 1e-9:
        return f.put(estimate)
    return improve(estimate).bind(until_good)


with f.Fun():
    root = f.put(1.0).bind(until_good)
    f.execute(root).wait()
    assert abs(f.take(root) - 2**0.5) < 1e-9

# %% a dynamic function that builds in threads
def many(count: int) -> f.Artefact[list[int]]:
    with ThreadPoolExecutor(2) as pool:
        return f.gather(list(pool.map(square, range(count))))


with f.Fun():
    found = f.put(4).bind(many)
    f.execute(found).wait()
    assert f.take(found) == [0, 1, 4, 9]

# %% a step that runs a workflow of its own
@f.task
def inner_workflow(number: int) -> int:
    with f.Fun(f.Server("memory://")):
        step = square(square(number))
        f.execute(step).wait()
        return f.take(step)


with f.Fun():
    outer = inner_workflow(2)
    f.execute(outer).wait()
    assert f.take(outer) == 16

# %% a lambda that calls the function of a task
with f.Fun():
    shifted = f.put(5).map(lambda number: square.fn(number) + 1)
    f.execute(shifted).wait()
    assert f.take(shifted) == 26

# %% a closure over a task
def doubled(task: f.Task[[int], int]) -> f.Artefact[int]:
    def twice_of(number: int) -> int:
        return 2 * task.fn(number)

    return f.reduce(twice_of, 3)


with f.Fun():
    answer = doubled(square)
    f.execute(answer).wait()
    assert f.take(answer) == 18

# %% functions of sac call tasks
def days(first: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range(3)]


@f.task
def weekday(day: date) -> int:
    return day.weekday()


def one(day: f.Artefact[date]) -> f.Artefact[int]:
    return weekday(day)


def all_of_them(found: list[f.Artefact[int]]) -> f.Artefact[list[int]]:
    return f.gather(found)


with f.Fun():
    weekdays = f.dynamic.sac(days, one, all_of_them, date(2024, 2, 28))
    f.execute(weekdays).wait()
    assert f.take(weekdays) == [2, 3, 4]

# %% a task as the function of a reduction inside of a step
@f.task
def add(one: int, other: int) -> int:
    return one + other


@f.task
def total(numbers: list[int]) -> int:
    return functools.reduce(add.fn, numbers, 0)


with f.Fun():
    summed = total([1, 2, 3])
    f.execute(summed).wait()
    assert f.take(summed) == 6

# %% names like those of funsies are one's own
def put(number: int) -> int:
    return number + 1


def reduce(number: int) -> int:
    return put(number) * 2


with f.Fun():
    mine = f.reduce(reduce, 3)
    f.execute(mine).wait()
    assert f.take(mine) == 8

# %% a step reads a file and counts with a task's function
@f.task
def words(text: str) -> list[str]:
    return text.lower().split()


@f.task(opt=f.options(fresh_directory=True))
def most_common(text: str) -> str:
    Path("text").write_text(text)
    with open("text") as file:
        return Counter(words.fn(file.read())).most_common(1)[0][0]


with f.Fun():
    word = most_common("a b A c")
    f.execute(word).wait()
    assert f.take(word) == "a"

# %% statistics by the functions of tasks with defaults
@f.task
def trimmed(samples: list[float], share: float = 0.25) -> list[float]:
    cut = int(len(samples) * share)
    return sorted(samples)[cut : len(samples) - cut]


@f.task
def robust_mean(samples: list[float]) -> float:
    return statistics.fmean(trimmed.fn(samples))


with f.Fun():
    mean = robust_mean([100.0, 1.0, 2.0, -50.0])
    f.execute(mean).wait()
    assert f.take(mean) == 1.5
