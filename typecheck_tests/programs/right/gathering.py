from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from returns.result import Failure, Result, Success

import funsies as f

# %% five and more of several types
def told(parts: tuple[int, str, float, bytes, bool]) -> str:
    return "|".join(map(str, parts))


with f.Fun():
    parts = f.gather((f.put(1), f.put("a"), f.put(1.5), f.put(b"x"), f.put(True)))
    line = f.reduce(told, parts)
    f.execute(line).wait()
    assert f.take(line) == "1|a|1.5|b'x'|True"

# %% a sequence, whichever it is
def total(parts: Sequence[f.Artefact[int]]) -> f.Artefact[int]:
    return f.reduce(sum, f.gather(parts), out=int)


with f.Fun():
    numbers = [f.put(1), f.put(2)]
    as_list, as_tuple = total(numbers), total(tuple(numbers))
    f.execute(as_list, as_tuple).wait()
    assert f.take(as_list) == f.take(as_tuple) == 3

# %% a tuple of any length
def mean(numbers: tuple[float, ...]) -> float:
    return sum(numbers) / len(numbers)


with f.Fun():
    samples: tuple[f.Artefact[float], ...] = tuple(f.put(float(n)) for n in range(4))
    step = f.reduce(mean, f.gather(samples))
    f.execute(step).wait()
    assert f.take(step) == 1.5

# %% errors stay with their items
def count(results: list[Result[int, f.Error]]) -> int:
    return sum(isinstance(each, Success) for each in results)


def parse(text: str) -> int:
    return int(text)


with f.Fun():
    numbers = [f.reduce(parse, text) for text in ("1", "two", "3")]
    good = f.reduce(count, f.gather(numbers, strict=False))
    f.execute(good).wait()
    assert f.take(good) == 2

# %% errors in a tuple
def first_good(results: tuple[Result[int, f.Error], Result[int, f.Error]]) -> int:
    left, right = results
    return left.value_or(right.value_or(-1))


def inverse(number: int) -> int:
    return 10 // number


with f.Fun():
    both = f.gather((f.reduce(inverse, 0), f.reduce(inverse, 5)), strict=False)
    step = f.reduce(first_good, both)
    f.execute(step).wait()
    assert f.take(step) == 2

# %% a table of results by name
def best(energies: dict[str, float]) -> str:
    return min(energies, key=lambda name: energies[name])


def energy(name: str) -> float:
    return float(len(name))


with f.Fun():
    table = {name: f.reduce(energy, name) for name in ("water", "ethanol")}
    step = f.reduce(best, f.gather(table))
    f.execute(step).wait()
    assert f.take(step) == "water"

# %% a mapping that a helper takes
def joined(parts: Mapping[str, f.Artefact[str]]) -> f.Artefact[str]:
    return f.reduce(",".join, f.gather(list(parts.values())), out=str)


with f.Fun():
    step = joined({"a": f.put("x"), "b": f.put("y")})
    f.execute(step).wait()
    assert f.take(step) == "x,y"

# %% an iterable that a helper takes
def longest(words: Iterable[f.Artefact[str]]) -> f.Artefact[str]:
    return f.reduce(lambda items: max(items, key=len), f.gather(list(words)), out=str)


with f.Fun():
    step = longest(f.put(word) for word in ("a", "abc", "ab"))
    f.execute(step).wait()
    assert f.take(step) == "abc"

# %% numbers and texts in one list
def shown(parts: list[int | str]) -> str:
    return " ".join(map(str, parts))


with f.Fun():
    step = f.reduce(shown, f.gather([f.put(1), f.put("mol")]))
    f.execute(step).wait()
    assert f.take(step) == "1 mol"

# %% records of what several steps made
@dataclass(frozen=True)
class Row:
    name: str
    size: int
    weight: float


def row(parts: tuple[str, int, float]) -> Row:
    return Row(*parts)


with f.Fun():
    rows = [
        f.reduce(row, f.gather((f.put(name), f.reduce(len, name, out=int), f.put(1.0))))
        for name in ("a", "bc")
    ]
    table_of_rows = f.gather(rows)
    f.execute(table_of_rows).wait()
    assert f.take(table_of_rows) == [Row("a", 1, 1.0), Row("bc", 2, 1.0)]

# %% a join of joins
def flat(grid: list[list[int]]) -> int:
    return sum(map(sum, grid))


def times(left: int, right: int) -> int:
    return left * right


with f.Fun():
    grid = [[f.reduce(times, a, b) for b in range(3)] for a in range(3)]
    step = f.reduce(flat, f.gather([f.gather(line) for line in grid]))
    f.execute(step).wait()
    assert f.take(step) == sum(a * b for a in range(3) for b in range(3))

# %% pairs of neighbours
def differences(pairs: list[tuple[float, float]]) -> list[float]:
    return [right - left for left, right in pairs]


with f.Fun():
    series = [f.put(float(n * n)) for n in range(4)]
    pairs = [f.gather((left, right)) for left, right in zip(series, series[1:])]
    step = f.reduce(differences, f.gather(pairs))
    f.execute(step).wait()
    assert f.take(step) == [1.0, 3.0, 5.0]

# %% each item of a tuple, a range, and of what a step makes
def square(number: int, power: int = 2) -> int:
    return int(number**power)


def up_to(number: int) -> tuple[int, ...]:
    return tuple(range(number))


with f.Fun():
    fixed, spread = f.map_each(square, (1, 2, 3)), f.map_each(square, range(3))
    later = f.map_each(f.task(square), f.reduce(up_to, 4))
    f.execute(fixed, spread, later).wait()
    assert f.take(fixed) == [1, 4, 9]
    assert f.take(spread) == [0, 1, 4]
    assert f.take(later) == [0, 1, 4, 9]
