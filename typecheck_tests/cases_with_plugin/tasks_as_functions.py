"""Tasks where functions are asked for: as the functions they are made of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TypeVar, assert_type

from returns.result import Result

import funsies as f

T = TypeVar("T")
text = f.put("text")
samples = f.put([1.0, 2.0])


@f.task
def mean(samples: list[float], weight: float = 1.0) -> float:
    return weight * sum(samples)


@f.task
def head(items: Sequence[T]) -> T:
    return items[0]


@f.task(strict=False)
def or_zero(number: Result[float, f.Error]) -> float:
    return number.value_or(0.0)


@f.task
def pair(number: float) -> tuple[float, str]:
    return number, str(number)


assert_type(f.reduce(mean, samples), f.Artefact[float])
assert_type(f.reduce(mean, samples, f.put(2.0)), f.Artefact[float])
assert_type(f.reduce(head, ["a"]), f.Artefact[str])
assert_type(f.morph(head, samples), f.Artefact[float])
assert_type(samples.map(head).map(or_zero), f.Artefact[float])
assert_type(f.reduce(or_zero, 1.0), f.Artefact[float])
assert_type(f.reduce(or_zero, 1.0, strict=False), f.Artefact[float])
assert_type(f.put(1.0).bind(or_zero), f.Artefact[float])
assert_type(f.py(pair, 1.0), tuple[f.Artefact[float], f.Artefact[str]])
heavy = partial(mean, weight=f.put(2.0))
assert_type(samples.map(heavy), f.Artefact[float])
assert_type(f.reduce(partial(heavy, [1.0])), f.Artefact[float])
assert_type(f.map_each(partial(mean, weight=2.0), [[1.0]]), f.Artefact[list[float]])
f.reduce(mean, text)  # E: parameter "samples" of "mean" needs "list[float]" inside the artefact
f.reduce(mean, samples, strict=False)  # E: "mean" is strict=False: its parameter "samples" must be "Result[list[float], Error]"
text.map(heavy)  # E: parameter "samples" of "heavy" needs "list[float]"
