"""``reduce``, ``morph``: right programs of all kinds check, and get exact types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar, assert_type

from returns.result import Result

import funsies as f

number = f.put(1)
numbers = f.put([1, 2])
text = f.put("text")
T = TypeVar("T")


def divide(x: int, y: int = 2) -> float:
    return x / y


def joined(*parts: int) -> str:
    return str(parts)


def first(items: Sequence[T]) -> T:
    return items[0]


def perhaps(x: int | None) -> int:
    return x or 0


def eight(a: int, b: str, c: float, d: bytes, e: bool, g: int, h: int, i: int) -> str:
    return f"{a}{b}{c}{d!r}{e}{g}{h}{i}"


def outcome(x: Result[int, f.Error]) -> int:
    return x.value_or(0)


class Model:
    def predict(self, x: int) -> float:
        return float(x)

    def __call__(self, x: int) -> str:
        return str(x)


# lambdas
assert_type(f.reduce(lambda x: x + 1, number), f.Artefact[int])
assert_type(f.reduce(lambda x, y: x + y, number, 2.0), f.Artefact[float])
assert_type(
    f.morph(lambda items: [str(item) for item in items], numbers), f.Artefact[list[str]]
)
assert_type(f.reduce(lambda: 1), f.Artefact[int])
# built-ins, classes and generics
assert_type(f.reduce(sum, numbers), f.Artefact[int])
assert_type(f.reduce(max, number, 3), f.Artefact[int])
assert_type(f.reduce(len, [1]), f.Artefact[int])
assert_type(f.reduce(sorted, numbers), f.Artefact[list[int]])
assert_type(f.reduce(int, text), f.Artefact[int])
assert_type(f.morph(str, number), f.Artefact[str])
assert_type(f.morph(float, number), f.Artefact[float])
assert_type(f.reduce(first, numbers), f.Artefact[int])
# methods, bound and not, and callable objects
assert_type(f.morph(str.upper, text), f.Artefact[str])
assert_type(f.morph("a,b".split, text), f.Artefact[list[str]])
assert_type(f.morph(Model().predict, number), f.Artefact[float])
assert_type(f.morph(Model(), number), f.Artefact[str])
# partials, defaults, *args
assert_type(f.reduce(partial(divide, y=3), number), f.Artefact[float])
assert_type(f.reduce(divide, number), f.Artefact[float])
assert_type(f.reduce(divide, number, 4), f.Artefact[float])
assert_type(f.reduce(joined), f.Artefact[str])
assert_type(f.reduce(joined, number, 1, number, 2), f.Artefact[str])
assert_type(f.reduce(joined, *[number, number]), f.Artefact[str])
assert_type(f.reduce(joined, 1, 2, 3, 4, 5, 6, 7, 8, 9, number, 11), f.Artefact[str])
# None and unions
assert_type(f.reduce(perhaps, None), f.Artefact[int])
assert_type(f.reduce(perhaps, number), f.Artefact[int])
# many inputs, of all types
assert_type(f.reduce(eight, number, text, 1.0, b"", True, 1, number, 3), f.Artefact[str])
# errors as values
assert_type(f.reduce(outcome, number, strict=False), f.Artefact[int])
assert_type(f.morph(outcome, number, strict=False), f.Artefact[int])
# options and names
assert_type(
    f.reduce(divide, number, name="half", opt=f.options(queue="gpu")), f.Artefact[float]
)


def apply(function: Callable[[int], float]) -> f.Artefact[float]:
    return f.morph(function, number)


assert_type(apply(divide), f.Artefact[float])
