"""Inputs of ``reduce``, ``morph``, ``py``: each argument against its parameter."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, assert_type, overload

from returns.result import Result

import funsies as f

T = TypeVar("T")
number = f.put(1)
text = f.put("text")
numbers = f.put([1, 2])
unknown: Any = 3


@dataclass(frozen=True)
class Point:
    x: float
    y: float


def ten(a: int, b: int, c: int, d: int, e: int, g: int, h: int, i: int, j: int, k: str) -> str:
    return f"{a}{b}{c}{d}{e}{g}{h}{i}{j}{k}"


def optional(x: int, scale: float = 1.0, *rest: str) -> float:
    return x * scale + len(rest)


def first(items: Sequence[T]) -> T:
    return items[0]


def same(left: T, right: T) -> list[T]:
    return [left, right]


def two(x: int) -> tuple[int, str]:
    return x, str(x)


def five(x: int) -> tuple[int, str, float, bytes, bool]:
    return x, str(x), float(x), b"", True


def perhaps(x: int) -> Result[float, f.Error]:
    raise NotImplementedError


def floats(items: list[float]) -> float:
    return sum(items)


def union(x: int | str) -> str:
    return str(x)


def later(x: int) -> f.Artefact[int]:
    return f.put(x)


@overload
def twice(x: int) -> int: ...
@overload
def twice(x: str) -> str: ...
def twice(x: int | str) -> int | str:
    return x * 2


class Scale:
    def __init__(self, factor: float) -> None:
        self.factor = factor

    def __call__(self, x: int) -> float:
        return x * self.factor

    def shift(self, x: int, by: float = 0.0) -> float:
        return x + by


# any arity
assert_type(f.reduce(ten, 1, 2, 3, 4, number, 6, 7, 8, 9, text), f.Artefact[str])
f.reduce(ten, 1, 2, 3, 4, number, 6, 7, 8, 9, number)  # E: Argument 11 to "reduce" has type "Artefact[int]", but parameter "k" of "ten" needs "str" inside the artefact
f.reduce(ten, 1, 2, 3, 4, number, 6, 7, 8, "nine", text)  # E: parameter "j" of "ten" needs "int"; pass such a value, or an "Artefact[int]"
f.reduce(ten, 1, 2, 3, 4, 5, 6, 7, 8, 9)  # E: Missing positional argument "k" in call to "ten"
# defaults and *args
assert_type(f.reduce(optional, number), f.Artefact[float])
assert_type(f.reduce(optional, number, 2.0, text, "more"), f.Artefact[float])
f.reduce(optional, number, text)  # E: parameter "scale" of "optional" needs "float"
f.reduce(optional, number, 2.0, text, number)  # E: parameter "rest" of "optional" needs "str"
f.reduce(optional)  # E: Missing positional argument "x" in call to "optional"
f.reduce(optional, *[number])  # E: parameter "x" of "optional" needs "str" from each of its items
f.reduce(first, *[text, text, number, 1, 2])  # E: [funsies-arg]
# generics
assert_type(f.reduce(first, numbers), f.Artefact[int])
assert_type(f.reduce(first, ["a"]), f.Artefact[str])
assert_type(f.reduce(same, number, 2), f.Artefact[list[int]])
f.reduce(first, number)  # E: parameter "items" of "first" needs "Sequence[Never]"
# containers that mypy infers in the context of the parameter
assert_type(f.reduce(floats, [1.0, 2]), f.Artefact[float])
f.reduce(floats, ["a"])  # E: List item 0 has incompatible type "str"; expected "float"
# overloaded callables
assert_type(f.morph(twice, number), f.Artefact[int])
assert_type(f.morph(twice, text), f.Artefact[str])
f.morph(twice, numbers)  # E: No overload variant of "twice" matches argument type "list[int]"
# unions
assert_type(f.reduce(union, number), f.Artefact[str])
f.reduce(union, numbers)  # E: needs "int | str" inside the artefact
# lambdas
assert_type(f.reduce(lambda x, y: x + y, number, 2), f.Artefact[int])
f.reduce(lambda *items: list(items), number, number)
assert_type(f.reduce(lambda x: Point(x, x), number), f.Artefact[Point])
f.reduce(lambda x: x.upper(), number)  # E: "int" has no attribute "upper"
f.reduce(lambda x: x + "a", number)  # E: Unsupported operand types for + ("int" and "str")
f.reduce(lambda x: x, number, number)  # E: Too many arguments
# bound methods, callable objects, classes, partials
assert_type(f.morph(Scale(2.0).shift, number), f.Artefact[float])
assert_type(f.morph(Scale(2.0), number), f.Artefact[float])
assert_type(f.reduce(Point, number, 2.0), f.Artefact[Point])
assert_type(f.reduce(functools.partial(optional, scale=2.0), number), f.Artefact[float])
f.morph(Scale(2.0).shift, text)  # E: parameter "x" of "shift" needs "int" inside the artefact
f.morph(Scale(2.0), text)  # E: parameter "x" of "Scale" needs "int" inside the artefact
f.reduce(Point, number, text)  # E: parameter "y" of "Point" needs "float" inside the artefact
f.reduce(Point, number)  # E: Missing positional argument "y" in call to "Point"
f.reduce(functools.partial(optional, scale=2.0), text)  # E: parameter "x" of "optional" needs "int" inside the artefact
# keywords are those of "reduce", not of the function
f.reduce(optional, number, scale=2.0)  # E: "reduce" has no keyword "scale"; give the inputs of the function by position, or with functools.partial
f.morph(optional, number, nam="x")  # E: "morph" has no keyword "nam"; did you mean "name"?
f.map_each(optional, f.put([1]), strictly=True)  # E: "map_each" has no keyword "strictly"; did you mean "strict"?
number.map(optional, scale=2.0)  # E: "map" has no keyword "scale"; give the inputs
# what is not known is not complained about
assert_type(f.reduce(optional, unknown), f.Artefact[float])
f.reduce(unknown, number)
# artefacts in containers
f.reduce(floats, [f.put(1.0)])  # E: An input of "reduce" is "list[Artefact[float]]", a container with artefacts inside; join them with gather()
f.reduce(len, {"a": number})  # E: a container with artefacts inside
f.reduce(len, (1, (number, 2)))  # E: a container with artefacts inside
assert_type(f.reduce(floats, f.gather([f.put(1.0)])), f.Artefact[float])
# several results
assert_type(f.py(two, number), tuple[f.Artefact[int], f.Artefact[str]])
f.py(two, text)  # E: Argument 2 to "py" has type "Artefact[str]", but parameter "x" of "two" needs "int"
f.py(two)  # E: Missing positional argument "x" in call to "two"
f.py(two, number, 3)  # E: Too many arguments for "two"
a, b, c = f.py(two, number)  # E: Need more than 2 values to unpack (3 expected)
# functions that return artefacts
f.reduce(later, number)  # E: "later" returns an artefact; that makes the workflow dynamic: use .bind()
f.morph(lambda x: f.put(x), number)  # E: returns an artefact
f.py(later, number)  # E: returns an artefact
# results that cannot be stored
f.reduce(open, "file")  # E: "open" returns "TextIOWrapper[_WrappedBuffer]", which has no encoding; pass what it contains
f.reduce(iter, numbers)  # E: which has no encoding; it can be read only once; use list or Sequence


def through(function: Callable[[int], float]) -> f.Artefact[float]:
    return f.morph(function, number)


def wrong(function: Callable[[str], float]) -> f.Artefact[float]:
    return f.morph(function, number)  # E: "function" needs "str" inside the artefact
