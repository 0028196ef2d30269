"""Programs in cells of a notebook, whose steps run on workers elsewhere: as in plain Python."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .kernels import Notebook, notebook_in

FIRST = """
import funsies as f
f.start()

def call(function, *arguments):
    step = f.reduce(function, *arguments)
    f.execute(step).wait(timeout_seconds=50)
    return f.take(step)

def agree(function, *arguments):
    plain, found = function(*arguments), call(function, *arguments)
    assert (found, type(found)) == (plain, type(plain)), (found, plain)
    print(found)
"""

PROGRAMS: dict[str, tuple[str, list[str]]] = {
    "a task is defined anew": (
        """
@f.task
def grow(n: int) -> int:
    return n + 1
old = grow(1)
# %%
f.execute(old).wait()
print(f.take(old))
# %%
@f.task
def grow(n: int) -> int:
    return n + 100
new = grow(1)
f.execute(new).wait()
print(f.take(new), f.take(old), new.hash != old.hash)
# %%
@f.task
def grow(n: int) -> int:  # as it was at first
    return n + 1
print(grow(1).hash == old.hash, len(f.execute(grow(1)).operations))
""",
        ["2", "101 2 True", "True 0"],
    ),
    "a helper and a constant change": (
        """
FACTOR = 2
def helper(x):
    return x * FACTOR
# %%
def scaled(x):
    return helper(x) + 1
# %%
agree(scaled, 10)
# %%
FACTOR = 3
# %%
agree(scaled, 10)
# %%
def helper(x):
    return x - FACTOR
# %%
agree(scaled, 10)
""",
        ["21", "31", "8"],
    ),
    "cells are run out of order": (
        """
def outer(x):
    return inner(x) + later
# %%
try:
    outer(1)
except NameError as problem:
    print(problem.name)
# %%
later = 5
# %%
def inner(x):
    return x * 2
# %%
agree(outer, 4)
""",
        ["inner", "13"],
    ),
    "a dataclass with a method": (
        """
from dataclasses import dataclass, field
@dataclass
class Molecule:
    name: str
    atoms: list[str] = field(default_factory=list)
    def mass(self) -> float:
        return sum(MASSES[each] for each in self.atoms)
# %%
MASSES = {"H": 1.0, "O": 16.0}
# %%
def water() -> Molecule:
    return Molecule("water", ["H", "H", "O"])
def mass(molecule: Molecule) -> float:
    return molecule.mass()
# %%
agree(water)
agree(mass, water())
""",
        ["Molecule(name='water', atoms=['H', 'H', 'O'])", "18.0"],
    ),
    "a class is defined anew": (
        """
class Model:
    rate = 0.5
    def __init__(self, x):
        self.x = x
    def energy(self):
        return self.x * self.rate
def energy(x):
    return Model(x).energy()
# %%
agree(energy, 4)
# %%
class Model(Model):
    rate = 2
    def energy(self):
        return super().energy() + 1
# %%
agree(energy, 4)
# %%
class Model:
    def __init__(self, x):
        self.x = x
    def energy(self):
        return -self.x
# %%
agree(energy, 4)
""",
        ["2.0", "9", "-4"],
    ),
    "enumerations and named tuples": (
        """
from enum import Enum
from typing import NamedTuple
class Phase(Enum):
    SOLID = 1
    LIQUID = 2
class Point(NamedTuple):
    x: int
    phase: Phase
# %%
def melt(point: Point) -> Point:
    return point._replace(phase=Phase.LIQUID)
# %%
agree(melt, Point(3, Phase.SOLID))
""",
        ["Point(x=3, phase=<Phase.LIQUID: 2>)"],
    ),
    "magics and commands": (
        """
%%time
def timed(x):
    return x + 1
# %%
%config InlineBackend.figure_format = "svg"
lines = !echo one; echo two
def after_magic(x):
    return x + len(LINES)
LINES = list(lines)
# %%
%%capture hidden
print("not to be seen")
def captured(x):
    return x * 10
# %%
agree(after_magic, 1)
agree(captured, 2)
%timeit -n 1 -r 1 -q captured(1)
agree(timed, 1)
""",
        ["3", "20", "2"],
    ),
    "await at the top level": (
        """
import asyncio
def slowly(x):
    return x + 1
steps = [f.reduce(slowly, n) for n in range(3)]
await f.execute(steps)
print([f.take(each) for each in steps])
# %%
await asyncio.gather(*(f.execute(f.reduce(slowly, n)) for n in (10, 11)))
print(f.take(f.reduce(slowly, 11)))
# %%
def in_a_loop(x):
    async def inner():
        return x * 2
    return asyncio.run(inner())
print(call(in_a_loop, 4))
""",
        ["[1, 2, 3]", "12", "8"],
    ),
    "a module is edited and reloaded": (
        """
%load_ext autoreload
%autoreload 2
from pathlib import Path
Path("rates.py").write_text("RATE = 2\\ndef rate(x):\\n    return x * RATE\\n");
# %%
import rates
def use(x):
    return rates.rate(x)
agree(use, 3)
# %%
import os
Path("rates.py").write_text("RATE = 5\\ndef rate(x):\\n    return x * RATE + 1\\n")
os.utime("rates.py", (2e9, 2e9));
# %%
agree(use, 3)
# %%
%autoreload 0
""",
        ["6", "16"],
    ),
    "imports of other cells": (
        """
import numpy as np
from math import floor as down
# %%
import statistics
# %%
def numbers(n):
    return down(float(np.arange(n).sum())) + statistics.mean([1, 3])
# %%
agree(numbers, 5)
""",
        ["12"],
    ),
    "lambdas, closures and decorators": (
        """
import functools
def doubled(function):
    @functools.wraps(function)
    def inner(*arguments):
        return 2 * function(*arguments)
    return inner
def adder(n):
    return lambda x: x + n
# %%
@doubled
def one_more(x):
    return x + 1
@functools.lru_cache
def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)
# %%
agree(one_more, 3)
agree(adder(5), 3)
agree(lambda x: [x] * 2, 7)
agree(fibonacci, 30)
""",
        ["8", "8", "[7, 7]", "832040"],
    ),
    "steps that build steps": (
        """
def part(n):
    return n * n
# %%
@f.task
def countdown(n: int) -> f.Artefact[int]:
    return f.put(0) if n == 0 else countdown(n - 1)
# %%
@f.task
def square(n: int) -> int:
    return part(n)
squares = f.map_each(square, [1, 2, 3])
f.execute(squares).wait()
print(f.take(squares))
# %%
def then(n: int) -> f.Artefact[int]:
    return f.reduce(part, n)
bound = f.put(6).bind(then)
f.execute(bound).wait()
print(f.take(bound))
""",
        ["[1, 4, 9]", "36"],
    ),
    "a shell step whose input a cell has made": (
        """
text = "b\\na\\n"
# %%
step = f.shell("sort in.txt > out.txt", inp={"in.txt": text}, out=["out.txt"])
f.execute(step).wait()
print(f.take(step.out["out.txt"]).decode().split())
""",
        ["['a', 'b']"],
    ),
    "a cell that fails is mended": (
        """
def unsure(x):
    return undefined_name + x
# %%
step = f.reduce(unsure, 1)
f.execute(step).wait()
print(f.take(step, strict=False).failure().exception)
# %%
undefined_name = 41
agree(unsure, 1)
""",
        ["NameError", "42"],
    ),
}


@pytest.fixture(scope="module")
def notebook(pool, tmp_path_factory) -> Iterator[Notebook]:
    """One kernel for all programs: they find what the ones before them have left behind."""
    place = tmp_path_factory.mktemp("notebook")
    with notebook_in(place, FUNSIES_JOBS=pool.url) as opened:
        assert not opened.run(FIRST).error
        yield opened


@pytest.mark.slow
@pytest.mark.parametrize("title", PROGRAMS)
def test_cells_give_on_workers_what_they_give_in_plain_python(title: str, notebook) -> None:
    source, expected = PROGRAMS[title]
    printed = [
        line
        for cell in source.strip().split("\n# %%\n")
        for line in notebook.run(cell).text.splitlines()
    ]
    assert [line for line in printed if " time" not in line and line[:3] != "CPU"] == expected
