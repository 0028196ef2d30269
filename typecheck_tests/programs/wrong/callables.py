import functools

from returns.result import Result

import funsies as f


@f.task
def square(number: int) -> int:
    return number * number


@f.task
def count(number: int) -> list[int]:
    return list(range(number))


@f.task
def total(numbers: list[int]) -> int:
    return sum(numbers)


# %% a task gets another type
f.reduce(square, "3")  # Raises: argument 'number' of square  # E: parameter "number" of "square" needs "int"

# %% map gives a task another type
f.put("3").map(square)  # Raises: parameter 'number' of square is int  # E: parameter "number" of "square" needs "int"

# %% a partial leaves a parameter of another type
@f.task
def power(base: int, exponent: int) -> int:
    return int(base**exponent)


f.put("3").map(functools.partial(power, exponent=2))  # Raises: parameter 'base' of power is int  # E: parameter "base" of "power" needs "int"

# %% a partial of a task lacks an input
@f.task
def sum_of_three(one: int, two: int, three: int) -> int:
    return one + two + three


f.put(3).map(functools.partial(sum_of_three, 1))  # Raises: missing a required argument: 'three'  # E: Missing positional argument "three"

# %% a strict task is to be given results
f.reduce(square, 3, strict=False)  # Raises: write @f.task(strict=False)  # E: "square" is strict=False

# %% a task that takes a list is no combine of single numbers
f.dynamic.sac(count, square, square, 3)  # E: The list of results has type "list[int]"

# %% a task that splits must give a list
f.dynamic.sac(square, square, total, 3)  # E: "square" must return a list of parts, not "int"

# %% the items are of another type
f.map_each(square, ["1"])  # E: An item of the list has type "str"

# %% what all items share is of another type
@f.task
def scaled(whole: int, by: float) -> float:
    return whole * by


f.map_each(functools.partial(scaled, by=f.put("2")), [1])  # E: "str"

# %% what all items share is an artefact, and the function is none of a task
def halved(whole: int, parts: int) -> float:
    return whole / parts


f.map_each(functools.partial(halved, parts=f.put(2)), [1])  # Raises: make it a task  # E: Artefact[int]

# %% a task is bound to a value of another type
f.put([1]).bind(square)  # Raises: parameter 'number' of square is int  # E: parameter "number" of "square" needs "int"
