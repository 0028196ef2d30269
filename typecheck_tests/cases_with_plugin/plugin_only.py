"""Exact types that only the plugin gives."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal, Protocol, TypeVar, assert_type

from returns.result import Result

import funsies as f
from funsies.dynamic import sac
from funsies.parametric import commit, recall

T = TypeVar("T")
number = f.put(1)
samples = f.put([1.0, 2.0])


def five(x: int) -> tuple[int, str, float, bytes, bool]:
    return x, str(x), float(x), b"", True


def perhaps(x: int) -> Result[float, f.Error]:
    raise NotImplementedError


def lists(x: int) -> list[int]:
    return [x]


one, two, three, four, last = f.py(five, number)
assert_type(last, f.Artefact[bool])
assert_type(f.reduce(perhaps, number), f.Artefact[float])
assert_type(f.reduce(lists, number, out=list[float]), f.Artefact[list[float]])
step = f.shell("run", out=["a", "b"])
assert_type(step, f.ShellOutput[Literal["a", "b"]])


class HasSize(Protocol):
    def size(self) -> int: ...


def size(of: HasSize) -> int:
    return of.size()


def give(sized: HasSize) -> f.Artefact[int]:
    return f.reduce(size, sized)


def floats(items: list[float]) -> float:
    return sum(items)


@f.task
def head(items: Sequence[T]) -> T:
    return items[0]


@f.task
def square(x: int) -> int:
    return x * x


@f.task
def length(word: str) -> int:
    return len(word)


def gathered(lengths: list[f.Artefact[int]]) -> f.Artefact[list[int]]:
    return f.gather(lengths)


assert_type(f.reduce(floats, [1, 2]), f.Artefact[float])
assert_type(f.reduce(lambda x: x.value_or(0), number, strict=False), f.Artefact[int])
assert_type(head(samples), f.Artefact[float])
assert_type(head(["a"]), f.Artefact[str])
assert_type(partial(head, ["a"])(), f.Artefact[str])
head(samples).map(str.upper)  # E: needs "str"
first, second = f.shell("a", "b").stdouts
assert_type(second, f.Artefact[bytes])
commit("total", {"x": number}, {"head": head(samples)})
assert_type(recall("total", {"x": 2})["head"], f.Artefact[float])
assert_type(f.reduce(head, samples), f.Artefact[float])
assert_type(number.map(square), f.Artefact[int])
assert_type(sac(str.split, length, gathered, "a b"), f.Artefact[list[int]])
assert_type(f.reduce(lambda x, y=2: x * y, number), f.Artefact[int])


# an error that is returned is no value
def as_in_08(x: int) -> int | f.Error:
    return x if x else f.Error(kind=f.ErrorKind.NotFound)


assert_type(f.morph(as_in_08, number), f.Artefact[int])
assert_type(f.task(as_in_08)(number), f.Artefact[int])
assert_type(f.put(3).map(as_in_08), f.Artefact[int])
f.morph(abs, f.morph(as_in_08, number))

# directories and patterns: without the plugin, step.files has their type
many = f.shell("run", out=["*.csv", "results/", "a.txt"])
assert_type(many.out["*.csv"], f.Artefact[dict[str, bytes]])
assert_type(many.out["results/"], f.Artefact[dict[str, bytes]])
assert_type(f.take(many.out["*.csv"]), dict[str, bytes])
assert_type(f.shell("run", out=["[ab].txt"]).out["[ab].txt"], f.Artefact[dict[str, bytes]])
