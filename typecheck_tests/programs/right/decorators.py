from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial, wraps
from typing import ParamSpec, TypeVar

import funsies as f

P = ParamSpec("P")
R = TypeVar("R")


def doubled(function: Callable[P, int]) -> Callable[P, int]:
    @wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> int:
        return 2 * function(*args, **kwargs)

    return inner


@f.task
def square(x: int) -> int:
    return x * x


# %% a decorator below task
@f.task
@doubled
def twice_cubed(x: int) -> int:
    return x**3


with f.Fun():
    step = twice_cubed(2)
    f.execute(step).wait()
    assert f.take(step) == 16

# %% a cached function that a task uses
@lru_cache(maxsize=None)
def fibonacci(n: int) -> int:
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


@f.task
def nth(n: int) -> int:
    return fibonacci(n)


with f.Fun():
    step = nth(10)
    f.execute(step).wait()
    assert f.take(step) == 55

# %% a static method is a task
class Chemistry:
    @staticmethod
    @f.task
    def electrons(symbol: str) -> int:
        return {"H": 1, "He": 2}[symbol]


with f.Fun():
    step = Chemistry.electrons("He")
    f.execute(step).wait()
    assert f.take(step) == 2

# %% map of a task builds steps
with f.Fun():
    steps = list(map(square, range(4)))
    f.execute(steps).wait()
    assert list(map(f.take, steps)) == [0, 1, 4, 9]

# %% the function of a task, where values are wanted
with f.Fun():
    assert sorted([3, -1, 2], key=square.fn) == [-1, 2, 3]
    assert list(map(square.fn, [1, 2])) == [1, 4]
    step = square(7)
    f.execute(step).wait()
    assert f.take(step) == square.fn(7)

# %% a partial of a task
with f.Fun():
    later = partial(square, 5)
    step = later()
    f.execute(step).wait()
    assert f.take(step) == 25

# %% what takes a function that builds
def built(build: Callable[[int], f.Artefact[int]], numbers: list[int]) -> list[f.Artefact[int]]:
    return [build(number) for number in numbers]


with f.Fun():
    steps = built(square, [2, 3])
    f.execute(steps).wait()
    assert [f.take(step) for step in steps] == [4, 9]
