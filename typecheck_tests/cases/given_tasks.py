"""Tasks, and partials of them, where functions are given: their results are no pointers."""

from __future__ import annotations

from functools import partial
from typing import assert_type

from returns.result import Result, Success

import funsies as f


@f.task
def scaled(sample: float, factor: float, offset: float = 0.0) -> float:
    return factor * sample + offset


@f.task
def words(text: str) -> list[str]:
    return text.split()


@f.task
def span(samples: list[float]) -> tuple[float, float]:
    return min(samples), max(samples)


@f.task
def inverse(number: float) -> Result[float, str]:
    return Success(1 / number)


@f.task(strict=False)
def rescued(value: Result[float, f.Error]) -> float:
    return value.value_or(0.0)


def length(word: f.Artefact[str]) -> f.Artefact[int]:
    return word.map(len)


def longest(lengths: list[f.Artefact[int]]) -> f.Artefact[int]:
    return f.reduce(max, *lengths)


def joined(*parts: str) -> str:
    return " ".join(parts)


one, several = f.put(1.0), f.put([1.0, 2.0])
doubled = partial(scaled, factor=2.0)

assert_type(f.reduce(scaled, one, 2.0), f.Artefact[float])
assert_type(f.reduce(doubled, one), f.Artefact[float])
assert_type(f.morph(doubled, 1.0), f.Artefact[float])
assert_type(one.map(doubled), f.Artefact[float])
assert_type(one.map(partial(doubled, offset=one)), f.Artefact[float])
assert_type(f.put("a b").map(words), f.Artefact[list[str]])
assert_type(f.put("a b").map(words).map(len), f.Artefact[int])
assert_type(f.gather([one.map(doubled), one]), f.Artefact[list[float]])

assert_type(f.map_each(doubled, several), f.Artefact[list[float]])
assert_type(f.map_each(doubled, [1.0, 2.0]), f.Artefact[list[float]])
assert_type(f.map_each(doubled, several).map(max), f.Artefact[float])
assert_type(f.map_each(doubled, several, strict=False), f.Artefact[list[f.Result[float]]])
assert_type(f.map_each(partial(joined, "a"), ["b"]), f.Artefact[list[str]])

assert_type(f.py(span, several), tuple[f.Artefact[float], f.Artefact[float]])
assert_type(f.py(words, "a b"), f.Artefact[list[str]])
assert_type(f.py(doubled, one), f.Artefact[float])
assert_type(f.dynamic.sac(words, length, longest, "a b"), f.Artefact[int])

assert_type(inverse(2.0), f.Artefact[float])
assert_type(inverse(one), f.Artefact[float])
assert_type(f.reduce(inverse, 2.0), f.Artefact[float])
assert_type(f.morph(inverse, one), f.Artefact[float])
assert_type(one.map(inverse), f.Artefact[float])
assert_type(f.map_each(inverse, several), f.Artefact[list[float]])
assert_type(f.map_each(inverse, several, strict=False), f.Artefact[list[f.Result[float]]])

assert_type(f.reduce(rescued, one, strict=False), f.Artefact[float])
assert_type(f.morph(rescued, one, strict=False), f.Artefact[float])

f.put(3).map(doubled).map(str.upper)  # E: incompatible type "Callable[[str], str]"
