"""The annotations of what is called: functions, classes, and objects with ``__call__``."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar

import pytest

import funsies as f

T = TypeVar("T")


@dataclass
class Scale:
    factor: float
    number: str = ""

    def __call__(self, number: float) -> tuple[float, str]:
        return self.factor * number, self.number


@dataclass
class Box(Generic[T]):
    content: T

    def get(self) -> T:
        return self.content


class Silent:
    number: str

    def __call__(self, number):
        return number


@functools.lru_cache
def cached(number: float) -> str:
    return str(number)


cases: list[tuple[str, Callable[..., Any], tuple[object, ...], str]] = [
    ("callable", Scale(2.0), (1.5,), "tuple[float, str]"),
    ("partial of it", functools.partial(Scale(2.0), number=1.0), (), "tuple[float, str]"),
    ("class", Scale, (1.5,), "Scale"),
    ("partial of a class", functools.partial(Scale, number="a"), (1.5,), "Scale"),
    ("partial of that", functools.partial(functools.partial(Scale), 1.0), (), "Scale"),
    ("generic class", Box[int], (1,), "Box[int]"),
    ("partial of a generic class", functools.partial(Box[int]), (1,), "Box[int]"),
    ("callable without annotations", Silent(), (1.5,), "Any"),
    ("cached", cached, (1.5,), "str"),
    ("class of the library", Decimal, (1.5,), "Decimal"),
    ("getter", operator.attrgetter("real"), (1.5,), "Any"),
    ("caller", operator.methodcaller("hex"), (1.5,), "Any"),
    ("built-in", abs, (1.5,), "Any"),
    ("method of a generic class", Box(1.0).get, (), "Any"),
]


@pytest.mark.parametrize(
    ("function", "inputs", "label"),
    [each[1:] for each in cases],
    ids=[each[0] for each in cases],
)
def test_the_result_is_what_the_call_gives(
    function: Callable[..., Any], inputs: tuple[object, ...], label: str
) -> None:
    assert f.reduce(function, *inputs).encoding.label == label
