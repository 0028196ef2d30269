"""Generic functions: the type of the result follows from what they are given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar

import pytest

import funsies as f
from funsies.core.errors import WiringError

T = TypeVar("T")
S = TypeVar("S")
P = ParamSpec("P")


@dataclass(frozen=True)
class Point:
    x: int


@dataclass(frozen=True)
class Box(Generic[T]):
    inside: T


def logged(function: Callable[P, T]) -> Callable[P, T]:
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        return function(*args, **kwargs)

    return wrapper


@logged
def added(x: int, *, y: int) -> int:
    return x + y


def same(x: T) -> T:
    return x


def first(items: Sequence[T]) -> T:
    return items[0]


def paired(x: T, y: S) -> tuple[S, T]:
    return y, x


def either(x: T, y: T) -> list[T]:
    return [x, y]


def boxed(x: T) -> Box[T]:
    return Box(x)


@pytest.mark.parametrize(
    ("step", "value"),
    [
        (lambda: f.reduce(same, Point(1)), Point(1)),
        (lambda: f.reduce(same, f.put(b"bytes")), b"bytes"),
        (lambda: f.reduce(first, f.put([Point(1)])), Point(1)),
        (lambda: f.reduce(first, [Point(1)]), Point(1)),
        (lambda: f.reduce(first, (1, 2)), 1),
        (lambda: f.reduce(paired, Point(1), (1, 2)), ((1, 2), Point(1))),
        (lambda: f.reduce(either, Point(1), Point(2)), [Point(1), Point(2)]),
        (lambda: f.reduce(either, 1, "a"), [1, "a"]),
        (lambda: f.reduce(boxed, Point(1)), Box(Point(1))),
    ],
)
def test_values_of_any_type_come_back_as_they_were(step: Any, value: object) -> None:
    with f.Fun(f.Server("memory://")):
        made = step()
        f.execute(made)
        assert f.take(made) == value


def test_the_type_of_a_generic_step_is_checked_further_on() -> None:
    def double(x: int) -> int:
        return 2 * x

    with pytest.raises(WiringError, match=r"parameter 'x' of double is int.*artefact of str"):
        f.reduce(double, f.reduce(same, "text"))  # type: ignore[arg-type]


def test_what_a_type_variable_stands_for_is_part_of_the_address() -> None:
    assert f.reduce(same, Point(1)) != f.reduce(same, f.put({"x": 1}))


def test_a_decorator_that_hides_the_parameters_leaves_their_types_open() -> None:
    with f.Fun(f.Server("memory://")):
        total = f.task(added)(f.put(1), y=2)
        f.execute(total)
        assert f.take(total) == 3
