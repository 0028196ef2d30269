"""Functions that users write around steps: their types come out as they went in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypedDict, TypeVar, assert_type

from returns.result import Result, Success

import funsies as f

T = TypeVar("T")
U = TypeVar("U")
V = TypeVar("V", bound=f.types.Value | None)


class Point(NamedTuple):
    x: float
    y: int


class Row(TypedDict):
    a: int


@f.task
def parse(text: str) -> Result[int, f.Error]:
    return Success(int(text))


@f.task
def risky(text: str) -> int | f.Error:
    return int(text)


@f.task
def first(items: list[T]) -> T:
    return items[0]


@f.task
def pair(left: T, right: U) -> tuple[T, U]:
    return left, right


@f.task
def half(number: int, by: int = 2) -> float:
    return number / by


def halved(number: int, by: int = 2) -> float:
    return number / by


def point(x: float) -> Point:
    return Point(x, 1)


def five(a: int) -> tuple[int, str, float, bytes, bool]:
    return a, "", 1.0, b"", True


def raw(text: str) -> dict[str, int]:
    return {"a": int(text)}


def use(row: Row) -> int:
    return row["a"]


def lift(value: V | f.Artefact[V]) -> f.Artefact[V]:
    return value if isinstance(value, f.Artefact) else f.put(value)


def over(
    items: Sequence[int], later: f.Artefact[Sequence[int]], many: f.Artefact[tuple[int, ...]]
) -> None:
    assert_type(f.map_each(halved, items), f.Artefact[list[float]])
    assert_type(f.map_each(half, items), f.Artefact[list[float]])
    assert_type(f.map_each(halved, later), f.Artefact[list[float]])
    assert_type(f.map_each(half, many), f.Artefact[list[float]])
    assert_type(f.map_each(half, later, strict=False), f.Artefact[list[Result[float, f.Error]]])


# tasks that return results, and generic ones
assert_type(parse("3"), f.Artefact[int])
assert_type(parse(f.put("3")), f.Artefact[int])
assert_type(parse.fn("3"), Result[int, f.Error])
assert_type(risky(f.put("3")), f.Artefact[int])
assert_type(first([1, 2]), f.Artefact[int])
assert_type(pair(1, "a"), f.Artefact[tuple[int, str]])
head: f.Artefact[str] = first(f.put(["a"]))
both: f.Artefact[tuple[int, str]] = pair(f.put(1), f.put("a"))

# each item
assert_type(f.map_each(halved, [1, 2]), f.Artefact[list[float]])
assert_type(f.map_each(half, (1, 2)), f.Artefact[list[float]])
assert_type(f.map_each(half, f.put((1, 2))), f.Artefact[list[float]])
assert_type(f.map_each(parse, ["1"]), f.Artefact[list[int]])
assert_type(f.map_each(lambda n: n + 1, range(3)), f.Artefact[list[int]])
f.map_each(halved, ["a"])  # E: map_each

# several results, and one that is a tuple
assert_type(f.py(point, 1.0), f.Artefact[Point])
assert_type(
    f.py(five, 3),
    tuple[
        f.Artefact[int], f.Artefact[str], f.Artefact[float], f.Artefact[bytes], f.Artefact[bool]
    ],
)
a1, a2, a3, a4, a5 = f.py(five, 3, out=(int, str, float, bytes, bool))
assert_type(a4, f.Artefact[bytes])

# a typed dict in the place of a dict
assert_type(f.morph(raw, "1", out=Row), f.Artefact[Row])
assert_type(f.morph(use, f.reduce(raw, f.put("1"), out=Row)), f.Artefact[int])

# a value, or an artefact of it
assert_type(lift(3), f.Artefact[int])
assert_type(lift(f.put(3)), f.Artefact[int])
lifted: f.Artefact[list[float]] = lift([1.0])
