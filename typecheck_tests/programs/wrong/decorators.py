from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache, partial, wraps
from typing import ParamSpec, TypeVar

import funsies as f

P = ParamSpec("P")
R = TypeVar("R")


def timed(function: Callable[P, R]) -> Callable[P, R]:
    @wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        began = time.monotonic()
        try:
            return function(*args, **kwargs)
        finally:
            print(time.monotonic() - began)

    return inner


def retried(times: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        return function

    return decorate


@f.task
def square(x: int) -> int:
    return x * x


def apply(function: Callable[[int], int], x: int) -> int:
    return function(x)


# %% lru_cache above task
@lru_cache(maxsize=None)  # E: "@lru_cache" stands above "@task" and gets the task, not the function; put it below "@task"
@f.task
def cube(x: int) -> int:
    return x**3


# %% cache above task with options
@cache  # E: "@cache" stands above "@task"
@f.task(version="2")
def fourth(x: int) -> int:
    return x**4


# %% a decorator of the program above task
@timed  # E: "@timed" stands above "@task"
@f.task
def slow(x: int) -> int:
    return x + 1


# %% one with arguments above task
@retried(3)  # E: "@retried" stands above "@task"
@f.task(strict=True)
def fetched(x: int) -> int:
    return x + 2


# %% two above task, and one below
@retried(3)  # E: "@retried" stands above "@task"
@timed  # E: "@timed" stands above "@task"
@f.task
@timed
def twice(x: int) -> int:
    return 2 * x


# %% a task where a function of values is wanted
print(apply(square, 3))  # E: Argument 1 to "apply" has incompatible type "Task[[int], int]"

# %% map of a task into texts
texts: list[str] = list(map(square, [1, 2]))  # E: incompatible type "Task[[int], int]"

# %% sorted by a task
ordered = sorted([3, 1, 2], key=square)  # Raises: compared with <  # E: incompatible type "Task[[int], int]"

# %% the largest by a task
best = max([3, 1, 2], key=square)  # Raises: compared with >  # E: incompatible type "Task[[int], int]"

# %% filter with a task
@f.task
def is_even(x: int) -> bool:
    return x % 2 == 0


even = [x for x in filter(is_even, range(4)) if is_even(x)]  # Raises: used as a condition  # E: used as a condition
print(even)

# %% values of an executor that runs a task
with ThreadPoolExecutor() as pool:
    total = sum(pool.map(square, range(3)))  # Raises: f.reduce(sum, f.gather([...]))  # E: incompatible type

# %% a task after partial
add_to = partial(square, "three")  # E: incompatible type "str"
print(add_to)

# %% the sum of what a task gives
total = sum(map(square, range(3)))  # Raises: f.reduce(sum, f.gather([...]))  # E: incompatible type
