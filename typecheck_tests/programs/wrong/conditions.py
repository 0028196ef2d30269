from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import funsies as f
from funsies.types import Failure, Success


@f.task
def square(x: int) -> int:
    return x * x


@f.task
def converged(history: list[float]) -> bool:
    return history[-1] < 1e-6


# %% an element of a list
energies = [square(n) for n in range(3)]
if energies[0]:  # Raises: cannot be used as a condition  # E: "Artefact[int]" is a pointer to a value that may not exist yet; it cannot be used as a condition
    print("never")

# %% a loop over artefacts
for energy in [square(n) for n in range(3)]:
    if energy:  # Raises: used as a condition  # E: used as a condition
        print(energy)

# %% a loop over the items of a dict
steps = {"neutral": square(1), "cation": square(2)}
for name, step in steps.items():
    if name and step:  # Raises: used as a condition  # E: used as a condition
        print(name)

# %% an attribute of a dataclass
@dataclass
class Molecule:
    smiles: str
    is_stable: f.Artefact[bool]


ethanol = Molecule("CCO", converged([1.0, 1e-7]))
if ethanol.is_stable:  # Raises: used as a condition  # E: used as a condition
    print(ethanol.smiles)

# %% an attribute that may be None
@dataclass
class Job:
    result: f.Artefact[int] | None = None


job = Job(square(2))
if job.result:  # Raises: used as a condition  # E: "Artefact[int] | None" is a pointer
    print("never")

# %% an attribute of self
class Pipeline:
    def __init__(self) -> None:
        self.steps: list[f.Artefact[int]] = [square(1)]

    def last(self) -> f.Artefact[int] | None:
        return self.steps[-1] if self.steps[-1] else None  # Raises: used as a condition  # E: used as a condition


print(Pipeline().last())

# %% what a function returns
def relax(steps: int) -> f.Artefact[bool]:
    return converged([0.1] * steps)


while not relax(3):  # Raises: used as a condition  # E: used as a condition
    print("again")

# %% what a dict may have
cache = {"a": square(1)}
if found := cache.get("a"):  # Raises: used as a condition  # E: used as a condition
    print(found)

# %% the condition of a comprehension
small = [n for n in range(3) if square(n)]  # Raises: used as a condition  # E: used as a condition
print(small)

# %% the condition of a dict comprehension over artefacts
by_name = {"a": square(1), "b": square(2)}
kept = {name: step for name, step in by_name.items() if step}  # Raises: used as a condition  # E: used as a condition
print(kept)

# %% a default for what has no value
step = square(2)
energy = f.shell("run", out=["energy.txt"]).out["energy.txt"] or b"0.0"  # Raises: used as a condition  # E: used as a condition
print(step, energy)

# %% a conditional expression over an element of a tuple
def bounds(x: int) -> tuple[int, int]:
    return x - 1, x + 1


low, high = f.py(bounds, 7)
chosen = low if (low, high)[1] else high  # Raises: used as a condition  # E: used as a condition
print(chosen)

# %% an assertion
is_done = converged([1.0])
assert is_done, "did not converge"  # Raises: used as a condition  # E: used as a condition
print("done")

# %% an assertion of not
with f.Fun():
    failed = f.morph(bool, "")
    assert not failed  # Raises: used as a condition  # E: used as a condition
    f.execute(failed)

# %% any of several artefacts
checks = [converged([1.0]), converged([1e-9])]
if any(checks):  # Raises: used as a condition  # E: used as a condition
    print("one converged")

# %% all of a generator
if all(square(n) for n in range(3)):  # Raises: used as a condition  # E: used as a condition
    print("none is zero")

# %% filter without a function
squares = [square(n) for n in range(3)]
positive = list(filter(None, squares))  # Raises: used as a condition  # E: used as a condition

# %% bool
flag = bool(square(0))  # Raises: used as a condition  # E: used as a condition

# %% a shell step
if f.shell("xtb --opt in.xyz"):  # Raises: cannot be used as a condition  # E: is a shell step; it cannot be used as a condition
    print("it went well")

# %% the exit code of a shell step
step = f.shell("grep pattern file", inp={"file": "text"}, strict=False)
found = "yes" if step.returncode else "no"  # Raises: used as a condition  # E: used as a condition
print(found)

# %% a guard of a case
class Method(Enum):
    FAST = "fast"
    EXACT = "exact"


def build(method: Method, good: f.Artefact[bool]) -> f.Artefact[int]:
    match method:
        case Method.FAST if good:  # Raises: used as a condition  # E: used as a condition
            return square(1)
        case _:
            return square(2)


print(build(Method.FAST, converged([1.0])))

# %% a parameter with a default
def refine(start: int, previous: f.Artefact[int] | None = None) -> f.Artefact[int]:
    if not previous:  # Raises: used as a condition  # E: "Artefact[int] | None" is a pointer
        return square(start)
    return f.reduce(max, square(start), previous)


print(refine(2, square(1)))

# %% a nested attribute of a nested dataclass
@dataclass
class Level:
    energy: f.Artefact[int]


@dataclass
class Surface:
    levels: list[Level] = field(default_factory=list)


surface = Surface([Level(square(2))])
bound = [level for level in surface.levels if level.energy]  # Raises: used as a condition  # E: used as a condition
print(bound)

# %% a result is always true
with f.Fun():
    number = f.morph(int, "not a number")
    f.execute(number).wait()
    result = f.take(number, strict=False)
    if result:  # E: "Result[int, Error]" is always true, also if it holds an error; use isinstance(x, Success)
        print("never an error")

# %% results of several steps
with f.Fun():
    numbers = [f.morph(int, text) for text in ("1", "one")]
    f.execute(numbers).wait()
    results = [f.take(number, strict=False) for number in numbers]
    good = [result for result in results if result]  # E: is always true, also if it holds an error
    assert all(results)  # E: is always true, also if it holds an error
    print(good)
