"""Steps inside of steps: what returns a value adds none."""

from __future__ import annotations

from contextlib import suppress

import funsies as f
from funsies.dynamic import map_each, sac

number = f.put(1)


@f.task
def square(x: int) -> int:
    return x * x


@f.task(name="raised")
def cube(x: int) -> int:
    return x * square.fn(x)


@f.task
def shows(x: int) -> str:
    return str([square(x)])  # E: "shows" calls the task "square" inside of a step that returns a value, where no steps are added; call its function, "square.fn(...)", or let


@f.task
def sums(x: int) -> int:
    return sum(cube.fn(each) for each in range(x)) + len(square.__doc__ or "")


@f.task
def maps(x: int) -> int:
    return len(list(map(cube, range(x))))  # E: "maps" calls the task "cube"


@f.task
def runs(x: int) -> int:
    f.shell("true")  # E: "runs" calls "shell" inside of a step that returns a value
    f.utils.concat("a", "b")  # E: "runs" calls "concat" inside of a step
    with open("log") as log, suppress(OSError):
        f.put(log.read())  # E: "runs" calls "put" inside of a step
    return x


@f.task
def asks(x: int) -> int:
    f.execute(number)  # E: "asks" calls "execute", which does not work inside of a step
    return x


@f.task
def in_its_own_fun(x: int) -> int:
    with f.Fun(defaults=f.options(distributed=False)):
        step = square(x)
        f.execute(step)
        return f.take(step)


def counts(x: int) -> int:
    map_each(square, [x])  # E: "counts" calls "map_each" inside of a step
    return x


def builds(x: int) -> f.Artefact[int]:
    return square(x).map(lambda y: y + 1)


def builds_and_asks(x: int) -> f.Artefact[int]:
    step = square(x)
    f.wait_for(step)  # E: "builds_and_asks" calls "wait_for", which does not work inside of a step
    return step


def split(x: int) -> list[int]:
    return [x]


def apply(x: f.Artefact[int]) -> f.Artefact[int]:
    return square(x)


def combine(xs: list[f.Artefact[int]]) -> f.Artefact[list[int]]:
    return f.gather(xs)


f.execute(f.reduce(counts, 3), number.map(counts), number.bind(builds))
f.execute(number.bind(builds_and_asks), sac(split, apply, combine, 3))
f.execute(number.bind(lambda x: square(x)), in_its_own_fun(3), sums(3))
f.execute(number.map(lambda x: [square(x)]))  # E: "<lambda>" calls the task "square"
