"""What goes into a step must be stored: values, and what parameters say they are."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar, Union, assert_type
from dataclasses import dataclass

import funsies as f

T = TypeVar("T")
Tree = Union[int, list["Tree"]]
Wires = Union[f.Artefact[int], list["Wires"]]
samples = f.put([1.0, 2.0])


@dataclass
class Growing(Generic[T]):
    value: T
    next: Growing[list[T]] | None = None


def total(values: Iterable[float]) -> float:
    return sum(values)


def mean(values: Sequence[float], weight: Callable[[float], float] | None = None) -> float:
    return sum(values) / len(values)


def some(*rest: object) -> int:
    return len(rest)


class Scale:
    def by(self, values: Iterable[float]) -> float:
        return sum(values)


@f.task
def depth(tree: Tree, growing: Growing[int] | None = None) -> int:
    return 0 if isinstance(tree, int) else 1 + max(map(depth.fn, tree))


assert_type(f.reduce(mean, samples), f.Artefact[float])
assert_type(f.reduce(max, samples), f.Artefact[float])
assert_type(f.reduce(some), f.Artefact[int])
assert_type(f.reduce(lambda values: len(values), samples), f.Artefact[int])
assert_type(depth([1, [2]], Growing(1)), f.Artefact[int])
assert_type(depth(f.put(1)), f.Artefact[int])
f.execute(f.reduce(total, samples))
f.execute(samples.map(total))
f.reduce(mean, samples, abs)  # E: An input of "reduce" is
f.execute(f.reduce(some, 1))
f.execute(f.morph(Scale().by, samples))
f.reduce(lambda lock: 1, threading.Lock())  # E: An input of "reduce" is "Lock
f.reduce(sum, (x for x in [1, 2]))  # E: An input of "reduce" is "Generator[int, None, None]", which has no encoding; it can be read only once
f.reduce(len, {1: 2}.keys())  # E: which has no encoding; make a list of it
f.reduce(lambda step: 1, f.shell("run"))  # E: which has no encoding; pass one of its artefacts: .out["..."] or .stdout
f.reduce(isinstance, 3, int)  # E: which has no encoding; pass its name, or an Enum


def give(wires: Wires) -> None:
    f.reduce(len, wires)  # E: An input of "reduce" is "list[Wires]", a container with artefacts inside


def vague(number: int) -> object:
    return number


f.execute(f.morph(vague, 3, out=int))
f.execute(f.morph(vague, 3, out=None))
f.execute(f.reduce(vague, 3))
f.execute(f.morph(lambda n: f.put(n), 3, out=int))  # E: returns an artefact
