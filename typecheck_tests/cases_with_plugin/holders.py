"""Scripts of users: classes that hold artefacts, loops that wire them, decorators over tasks."""

from __future__ import annotations

import asyncio
import functools
import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import (
    Concatenate,
    Generic,
    Literal,
    NamedTuple,
    ParamSpec,
    Protocol,
    Self,
    TypedDict,
    TypeVar,
    assert_type,
)

from typing_extensions import override

import funsies as f

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


class Method(Enum):
    HF = "hf"
    DFT = "dft"


@dataclass(frozen=True)
class Molecule:
    symbols: tuple[str, ...]
    charge: int = 0

    def count(self) -> int:
        return len(self.symbols)


class Settings(TypedDict):
    method: Method
    basis: str


class Answer(NamedTuple):
    energy: float
    gradient: list[float]


class Inputs(TypedDict):
    molecule: f.Artefact[Molecule]
    settings: Settings


@f.task
def compute(molecule: Molecule, settings: Settings, *, threads: int = 1) -> Answer:
    return Answer(float(molecule.charge * threads), [])


@f.task
def energy(answer: Answer) -> float:
    return answer.energy


@f.task
def add(x: float, y: float) -> float:
    return x + y


molecule = f.put(Molecule(("H", "H")))
settings: Settings = {"method": Method.HF, "basis": "6-31g"}
answer = compute(molecule, settings)
assert_type(answer, f.Artefact[Answer])
assert_type(compute(molecule, {"method": Method.DFT, "basis": "a"}, threads=4), f.Artefact[Answer])
assert_type(energy(Answer(1.0, [])), f.Artefact[float])
assert_type(f.morph(Molecule.count, molecule), f.Artefact[int])
assert_type(molecule.map(lambda each: each.charge + 1), f.Artefact[int])
compute(molecule, {"method": Method.HF})  # E: Missing key "basis" for TypedDict "Settings"
compute(molecule, {"method": "hf", "basis": "a"})  # E: TypedDict item "method" has type "Method"
compute(molecule, {"method": Method.HF, "basis": f.put("a")})  # E: Incompatible types (expression has type "Artefact[str]"
energy((1.0, []))  # E: needs "Answer"
add(answer.energy, 1.0)  # E: "Artefact[Answer]" has no attribute "energy"
add(answer, 1.0)  # E: parameter "x" of "add" needs "float" inside the artefact
# stars
both = (molecule, settings)
inputs: Inputs = {"molecule": molecule, "settings": settings}
assert_type(compute(*both), f.Artefact[Answer])
assert_type(compute(**inputs), f.Artefact[Answer])
assert_type(f.reduce(lambda m, times: m.charge * times, *(molecule, 3)), f.Artefact[int])
compute(*(settings, molecule))  # E: Argument 1 to "compute" has type "Settings", but parameter "molecule" of "compute" needs "Molecule"
add(*(1.0, molecule))  # E: Argument 2 to "add" has type "Artefact[Molecule]", but parameter "y" of "add" needs "float"
add(*[molecule])  # E: has type "list[Artefact[Molecule]]", but parameter "x" of "add" needs "float" from each of its items
f.reduce(add.fn, *(1.0, "a"))  # E: Argument 3 to "reduce" has type "str", but parameter "y" of "fn" needs "float"


@dataclass
class Job:
    step: f.ShellOutput[Literal["energy.out", "log"]]
    energy: f.Artefact[float]
    parts: list[f.Artefact[float]] = field(default_factory=list)

    @property
    def log(self) -> f.Artefact[bytes]:
        return self.step.out["log"]

    @property
    def wrong(self) -> f.Artefact[bytes]:
        return self.step.out["lgo"]  # E: did you mean "log"?

    def total(self) -> f.Artefact[float]:
        return f.reduce(sum, f.gather(self.parts))


def make(name: str) -> Job:
    step = f.shell(f"run {name}", out=["energy.out", "log"])
    return Job(step, f.morph(float, step.out["energy.out"]))


jobs = [make(name) for name in ("a", "b")]
energies = f.gather([job.energy for job in jobs])
assert_type(energies, f.Artefact[list[float]])
assert_type(f.reduce(min, energies), f.Artefact[float])
assert_type(f.gather({job.log.hash: job.energy for job in jobs}), f.Artefact[dict[str, float]])
f.reduce(add.fn, 1.0)  # E: Too few arguments; "reduce" gives it 1 input
add(jobs[0].energy, jobs[0].log)  # E: Argument 2 to "add" has type "Artefact[bytes]"
job_as_input = f.shell("run", inp={"a": jobs[0]})  # E: Input file "a" is "ShellOutput[


class Named(Generic[T]):
    def __init__(self, value: f.Artefact[T]) -> None:
        self.value = value

    def twice(self, other: f.Artefact[T]) -> f.Artefact[list[T]]:
        return f.reduce(lambda x, y: [x, y], self.value, other)


assert_type(Named(f.put(3)).twice(f.put(4)), f.Artefact[list[int]])


class HasEnergy(Protocol):
    @property
    def energy(self) -> f.Artefact[float]: ...


def best(of: Sequence[HasEnergy]) -> f.Artefact[float]:
    return f.reduce(min, f.gather([each.energy for each in of]))


assert_type(best(jobs), f.Artefact[float])


class Simulation(ABC):
    @abstractmethod
    def run(self, start: f.Artefact[bytes]) -> f.Artefact[float]: ...


class Dynamics(Simulation):
    @override
    def run(self, start: f.Artefact[bytes]) -> f.Artefact[float]:
        step = f.shell("md in", inp={"in": start}, out=["x.dat"])
        return f.morph(self.parse, step.out["x.dat"])

    def wrong(self, start: f.Artefact[str]) -> f.Artefact[float]:
        return f.morph(self.parse, start)  # E: parameter "data" of "parse" needs "bytes"

    @staticmethod
    def parse(data: bytes) -> float:
        return float(data)


class Builder:
    def __init__(self) -> None:
        self.steps: list[f.Artefact[float]] = []

    def add(self, step: f.Artefact[float]) -> Self:
        self.steps.append(step)
        return self


f.execute(Builder().add(add(1.0, 2.0)).add(energies).steps)  # E: incompatible type "Artefact[list[float]]"
# loops and comprehensions
current: f.Artefact[float] | float = 1.0
for number in range(3):
    current = add(current, number)
grid = {(a, b): add(a, b) for a, b in itertools.product([1.0, 2.0], [3.0])}
tree = list(grid.values())
while len(tree) > 1:
    tree = [add(a, b) for a, b in zip(tree[::2], tree[1::2])]
last = functools.reduce(add, tree) if tree else add(1.0, 2.0)
assert_type(tree[0], f.Artefact[float])
assert_type(tuple(map(energy, [answer])), tuple[f.Artefact[float], ...])
missing = [add(each) for each in tree]  # E: Missing positional argument "y" in call to "add"
named = {"add": add, "again": add}
named["add"]("text", 1.0)  # E: Argument 1 to "the task" has type "str"
# functions over tasks


def logged(function: Callable[P, R]) -> Callable[P, R]:
    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)

    return wrapper


def with_molecule(function: Callable[Concatenate[Molecule, P], R]) -> Callable[P, R]:
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(Molecule(()), *args, **kwargs)

    return wrapper


@f.task
@logged
def decorated(x: int, y: str = "") -> float:
    return x + len(y)


@f.task
@with_molecule
def partly(molecule: Molecule, x: int) -> str:
    return str(molecule) * x


def run_with(step: f.Task[P, R], *args: P.args, **kwargs: P.kwargs) -> f.Artefact[R]:
    return step(*args, **kwargs)


assert_type(decorated(f.put(1), y="a"), f.Artefact[float])
assert_type(partly(3), f.Artefact[str])
assert_type(run_with(energy, Answer(1.0, [])), f.Artefact[float])
decorated("a")  # E: parameter "x" of "decorated" needs "int"
partly("a")  # E: parameter "x" of "partly" needs "int"
partly(Molecule(()), 3)  # E: Too many


def twice(step: f.Task[[int], int], x: f.Artefact[str]) -> f.Artefact[int]:
    return step(step(x))  # E: "step" needs "int" inside the artefact


# async code, generators, what is executed
def outputs(count: int) -> Iterator[f.Artefact[bytes]]:
    for each in range(count):
        yield f.shell(f"run {each}").stdout


async def main(wires: Mapping[str, f.Artefact[float]]) -> float:
    await f.execute(wires, list(wires.values()), *outputs(3), jobs[0].step)
    await add(1.0, 2.0)  # E: Incompatible types in "await"
    return f.take(wires["a"])


print(asyncio.run(main({"a": add(1.0, 2.0)})))
f.execute(jobs[0])  # E: incompatible type "Job"; expected "Target"
f.execute(outputs(3))  # E: incompatible type "Iterator[Artefact[bytes]]"
f.wait_for(3)  # E: incompatible type "int"
