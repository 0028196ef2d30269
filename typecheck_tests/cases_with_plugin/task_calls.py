"""Calls of tasks: keywords, defaults, ``*args`` and ``**kwargs``, generics."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TypeVar, assert_type

import funsies as f

T = TypeVar("T")
number = f.put(1)
text = f.put("text")
samples = f.put([1.0, 2.0])


@f.task
def mean(samples: list[float], weight: float = 1.0, *, name: str = "") -> float:
    return weight * sum(samples) + len(name)


@f.task
def join(*parts: str, **named: int) -> str:
    return "".join(parts) + str(named)


@f.task
def head(items: Sequence[T]) -> T:
    return items[0]


@f.task(name="constant")
def nothing() -> int:
    return 0


@f.task(version="2")
def positional(a: int, /, b: str) -> str:
    return str(a) + b


class Steps:
    step = mean


assert_type(mean(samples), f.Artefact[float])
assert_type(mean([1, 2], 2), f.Artefact[float])
assert_type(mean(samples=samples, weight=f.put(2.0), name=text), f.Artefact[float])
assert_type(join("a", text, x=1, y=number), f.Artefact[str])
assert_type(join(*["a", "b"], **{"x": 1}), f.Artefact[str])
head(samples)
assert_type(nothing(), f.Artefact[int])
assert_type(positional(number, b="b"), f.Artefact[str])
assert_type(Steps.step(samples), f.Artefact[float])

mean(text)  # E: Argument 1 to "mean" has type "Artefact[str]", but parameter "samples" of "mean" needs "list[float]" inside the artefact; pass an "Artefact[list[float]]"
mean("text")  # E: Argument 1 to "mean" has type "str", but parameter "samples" of "mean" needs "list[float]"
mean(samples, weight=text)  # E: Argument "weight" to "mean" has type "Artefact[str]", but parameter "weight" of "mean" needs "float"
mean(samples, 1.0, "name")  # E: Too many positional arguments for "mean"
mean()  # E: Missing positional argument "samples" in call to "mean"
mean(samples, wieght=2.0)  # E: Unexpected keyword argument "wieght" for "mean"; did you mean "weight"?
mean(samples, samples=samples)  # E: gets multiple values for keyword argument "samples"
join("a", number)  # E: Argument 2 to "join" has type "Artefact[int]", but parameter "parts" of "join" needs "str"
join(x="a")  # E: Argument "x" to "join" has type "str", but parameter "named" of "join" needs "int"
join(*[number])  # E: needs "str" from each of its items
head(number)  # E: parameter "items" of "head" needs
nothing(1)  # E: Too many arguments for "nothing"
positional(a=number, b="b")  # E: "positional"
mean([f.put(1.0)])  # E: a container with artefacts inside
# functools.partial of a task is a function of what is left, for values and artefacts
assert_type(partial(mean, weight=number)(samples), f.Artefact[float])
assert_type(partial(mean, [1.0])(2.0, name="a"), f.Artefact[float])
assert_type(partial(join, "a", text, b=number)(text, c=1), f.Artefact[str])
partial(mean, weight="x")  # E: Argument "weight" to "mean" has incompatible type "str"; expected "float | Artefact[float]"
partial(mean, text)  # E: Argument 1 to "mean" has incompatible type "Artefact[str]"; expected "list[float] | Artefact[list[float]]"
partial(nothing, 1)  # E: Too many arguments for "nothing"
partial(mean, samples)("x")  # E: expected "float | Artefact[float]"

assert_type(f.reduce(mean, samples, f.put(2.0)), f.Artefact[float])
assert_type(f.morph(mean, samples), f.Artefact[float])
f.reduce(mean, text)  # E: parameter "samples" of "mean" needs "list[float]" inside the artefact
