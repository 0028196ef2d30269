"""Two programs of one address do the same: what is written first must not decide what runs.

Functions of many kinds are given in many ways. Each program runs alone, on a server of its own.
Those of the same address must end in the same way.
"""

from __future__ import annotations

import functools
import itertools
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from returns.result import Result

import funsies as f
from funsies.errors import FunsiesError, WiringError

Function = Callable[..., Any]


def plus(number: int, other: int = 1) -> int:
    return number + other


def unannotated(number, other=1):
    return number + other


def as_float(number: int, other: int = 1) -> float:
    return number + other


def of_float(number: float, other: int = 1) -> int:
    return len(str(number)) + other


def lenient(number: Result[int, f.Error], other: int = 1) -> int:
    return number.value_or(-5) + (other if isinstance(other, int) else other.value_or(-5))


def builds(number: int, other: int = 1) -> f.Artefact[int]:
    return f.reduce(plus, number, other)


@dataclass(frozen=True)
class Shift:
    by: int | float

    def __call__(self, number: int) -> int:
        return int(number + self.by)

    def method(self, number: int) -> int:
        return int(number - self.by)


def decorated(function: Function, by: int) -> Function:
    @functools.wraps(function)
    def wrapper(*args: Any) -> Any:
        return function(*args) + by

    return wrapper


def captures(by: float) -> Function:
    def inner(number: int) -> int:
        return int(number * by)

    return inner


def with_defaults(one: int, other: int) -> Function:
    def inner(number: int, other: int = other) -> int:
        return number * one + other

    return inner


PLAIN = [plus, unannotated, as_float, of_float, lenient, builds]
MADE = [
    *(Shift(by) for by in (1, 2, 2.5)),
    *(Shift(by).method for by in (1, 2)),
    *(captures(by) for by in (2, 3, 2.0, True)),
    *(with_defaults(one, other) for one, other in ((1, 2), (2, 1))),
    decorated(plus, 1),
    decorated(plus, 2),
    decorated(captures(2), 1),
    functools.lru_cache(plus),
]
PARTIAL = [
    functools.partial(plus, other=2),
    functools.partial(plus, 2),
    functools.partial(plus, other=True),
    functools.partial(lenient, other=2),
    functools.partial(f.task(plus), other=2),
    functools.partial(f.task(plus), 2),
    functools.partial(functools.partial(f.task(plus), 2), 3),
]
TASKS = [
    *(f.task(each) for each in (plus, as_float, of_float, lenient)),
    *(f.task(name="plus")(each) for each in (captures(2), captures(3), as_float)),
    f.task(strict=False)(lenient),
    f.task(version="1")(plus),
    f.task(version="1", strict=False)(lenient),
    f.task(opt=f.options(retries=1))(plus),
]
FUNCTIONS: list[Function] = [*PLAIN, *MADE, *PARTIAL, *TASKS]


def calls(function: Function) -> Function:
    """Functions for ``bind`` that build with another one."""

    def dynamic(number: int) -> f.Artefact[Any]:
        made: f.Artefact[Any] = function(number)
        return made

    return dynamic


def reduces(function: Function) -> Function:
    def dynamic(number: int) -> f.Artefact[Any]:
        return f.reduce(function, number)

    return dynamic


WAYS: dict[str, Callable[[Function], f.Artefact[Any]]] = {
    "called": lambda function: function(3) if isinstance(function, f.Task) else builds(3),
    "reduce": lambda function: f.reduce(function, 3),
    "of an artefact": lambda function: f.reduce(function, f.put(3)),
    "of an error": lambda function: f.reduce(function, f.reduce(int, "x", out=int)),
    "lenient": lambda function: f.reduce(function, 3, strict=False),
    "out": lambda function: f.reduce(function, 3, out=float),
    "named": lambda function: f.reduce(function, 3, name="plus"),
    "py": lambda function: f.py(function, 3),
    "map": lambda function: f.put(3).map(function),
    "bind": lambda function: f.put(3).bind(function),
    "lash": lambda function: f.reduce(int, "x", out=int).lash(function),
    "map_each": lambda function: f.map_each(function, [3]),
    "map_each lenient": lambda function: f.map_each(function, [3], strict=False),
    "bind calls": lambda function: f.put(3).bind(calls(function)),
    "bind reduces": lambda function: f.put(3).bind(reduces(function)),
    "sac": lambda function: f.dynamic.sac(range, function, f.gather, 2, out=list[int]),
}


def outcome(way: Callable[[Function], f.Artefact[Any]], function: Function) -> tuple[str, str]:
    """The address of a program, and how it ends on a server where nothing was before."""
    with f.Fun(f.Server("memory://")):
        step = way(function)
        if not isinstance(step, f.Artefact):
            raise WiringError("it is a value already")
        f.execute(step)
        ended = f.take(step, strict=False)
        shown = repr(ended.failure().kind) if ended.value_or(None) is None else repr(ended)
        return step.hash, shown


def test_programs_of_one_address_end_in_the_same_way() -> None:
    ends: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for (name, way), (index, function) in itertools.product(WAYS.items(), enumerate(FUNCTIONS)):
        try:
            address, end = outcome(way, function)
        except (FunsiesError, TypeError):  # refused when it is built: nothing is written
            continue
        ends[address][end].append(f"{name} {index}")
    ambiguous = {address: dict(found) for address, found in ends.items() if len(found) > 1}
    assert ambiguous == {}
    assert len(ends) > 150


def whole(number: int) -> int:
    return number


def broken(number: int) -> str:
    return number  # type: ignore[return-value]


def builds_with(helper: Function) -> Function:
    """A dynamic function that knows nothing of the types of its helper."""
    return lambda number: f.reduce(helper, number, name="helper")


def test_annotations_of_what_a_dynamic_function_builds_with_count() -> None:
    whole.__code__ = broken.__code__
    found = [outcome(WAYS["bind"], builds_with(helper)) for helper in (whole, broken)]
    assert [end for _, end in found] == ["<Success: 3>", repr(f.ErrorKind.EncodingFailed)]
    assert found[0][0] != found[1][0]


def inside_list(number: int) -> f.Artefact[int]:
    def helper(numbers: list[int]) -> int:
        return len(numbers)

    return f.reduce(helper, [number, number])


def inside_set(number: int) -> f.Artefact[int]:
    def helper(numbers: set[int]) -> int:
        return len(numbers)

    return f.reduce(helper, [number, number])


def test_annotations_inside_of_a_dynamic_function_count() -> None:
    inside_set.__name__ = inside_set.__qualname__ = "inside_list"
    assert f.put(1).bind(inside_list) != f.put(1).bind(inside_set)


def versioned(by: int) -> f.Task[[int], int]:
    @f.task(version="1")
    def times(number: int) -> int:
        return number * by

    return times


def test_a_version_that_stands_for_two_functions_is_refused() -> None:
    versioned(2)(3)
    versioned(2)(3)
    with pytest.raises(WiringError, match=r"name times and version='1'.*name= or version="):
        versioned(3)(3)
    f.task(name="sum", version="1")(plus)(1)
    with pytest.raises(WiringError, match=r"name sum and version='1'"):
        f.task(name="sum", version="1")(of_another_name)(1)


def of_another_name(number: int) -> int:
    return -number


def test_a_cell_that_is_run_again_keeps_its_version() -> None:
    first: dict[str, Any] = {"__name__": "__main__"}
    for body in ("number + 1", "number + 1  # again"):
        text = f"def again(number: int) -> int:\n    return {body}\n"
        exec(text, first)  # noqa: S102 - as a notebook does
        f.task(version="1")(first["again"])(3)
