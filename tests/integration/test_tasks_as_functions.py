"""A task that is given where a function is asked for is that task."""

from __future__ import annotations

import functools
from collections import ChainMap
from collections.abc import Callable
from typing import Any

import pytest
from returns.pointfree import bind, map_
from returns.result import Result

import funsies as f
from funsies.errors import WiringError


@f.task
def square(number: int) -> int:
    return number * number


@f.task(name="raised", version="2")
def power(base: int, exponent: int = 1) -> int:
    return int(base**exponent)


@f.task(strict=False)
def or_zero(number: Result[int, f.Error]) -> int:
    return number.value_or(0)


@f.task
def up_to(number: int) -> list[int]:
    return list(range(number))


@f.task
def total(numbers: list[int]) -> int:
    return sum(numbers)


@f.task
def ends(numbers: list[int]) -> tuple[int, int]:
    return numbers[0], numbers[-1]


@f.task
def length_of(error: f.Error) -> int:
    return len(error.details)


three = f.put(3)
SAME: list[tuple[Callable[[], Any], Callable[[], Any]]] = [
    (lambda: f.reduce(square, 3), lambda: square(3)),
    (lambda: f.reduce(square, three), lambda: square(3)),
    (lambda: f.morph(square, 3), lambda: square(3)),
    (lambda: f.py(square, 3), lambda: square(3)),
    (lambda: three.map(square), lambda: square(3)),
    (lambda: map_(square)(three), lambda: square(3)),
    (lambda: three.bind(square), lambda: square(3)),
    (lambda: bind(square)(three), lambda: square(3)),
    (lambda: three.apply(f.Artefact.from_value(square)), lambda: square(3)),
    (lambda: f.reduce(power, 3, 2), lambda: power(3, 2)),
    (lambda: f.reduce(functools.partial(power, 3), 2), lambda: power(3, 2)),
    (lambda: f.reduce(functools.partial(power, exponent=2), 3), lambda: power(3, 2)),
    (lambda: three.map(functools.partial(power, exponent=three)), lambda: power(3, 3)),
    (lambda: f.reduce(functools.partial(functools.partial(power, 3), 2)), lambda: power(3, 2)),
    (lambda: f.reduce(or_zero, 3), lambda: or_zero(3)),
    (lambda: f.reduce(or_zero, 3, strict=False), lambda: or_zero(3)),
]


@pytest.mark.parametrize("number", range(len(SAME)))
def test_a_task_as_a_function_is_the_very_step_that_a_call_makes(number: int) -> None:
    given, called = SAME[number]
    assert given() == called()


def test_what_is_written_first_does_not_decide_what_runs(place: f.Server) -> None:
    with f.Fun(place):
        step = f.reduce(square, 3)
        f.execute(step).wait(30)
        assert f.take(square(3)) == f.take(step) == 9


def test_each_way_to_give_a_task_gives_its_value(place: f.Server) -> None:
    with f.Fun(place):
        first, last = f.py(ends, [3, 4, 5])
        failed = f.reduce(int, "no number", out=int)
        steps = {
            "first": (first, 3),
            "last": (last, 5),
            "each": (f.map_each(functools.partial(power, 2), [1, 2]), [2, 4]),
            "lenient each": (f.map_each(or_zero, [1, 2]), [1, 2]),
            "lenient bind": (three.bind(or_zero), 3),
            "lenient map": (failed.map(or_zero), 0),
            "lash": (f.reduce(bool, failed.lash(length_of), out=bool), True),
            "sac": (f.dynamic.sac(up_to, square, total, 4), 14),
        }

        f.execute(*(step for step, _ in steps.values())).wait(30)
        assert {name: f.take(step) for name, (step, _) in steps.items()} == {
            name: value for name, (_, value) in steps.items()
        }


@f.task
def weights() -> f.Pickled[ChainMap[str, int]]:
    return ChainMap({"scale": 2})


@f.task
def weighed(
    numbers: list[int], item: int, by: f.Pickled[ChainMap[str, int]], offset: int = 0
) -> int:
    return by["scale"] * item + sum(numbers) + offset


@f.task
def fails() -> int:
    raise ValueError("no offset")


def test_what_all_items_share_may_be_artefacts_by_position_and_by_name(place: f.Server) -> None:
    with f.Fun(place):
        shared = functools.partial(weighed, up_to(4), by=weights())
        each = f.map_each(functools.partial(shared, offset=f.reduce(max, 1, 2)), up_to(3))
        broken = f.map_each(functools.partial(shared, offset=fails()), up_to(3))
        f.execute(each, broken).wait(30)
        assert f.take(each) == [8, 10, 12]
        assert f.take(broken, strict=False).failure().task == "fails"


def test_what_all_items_share_counts_by_its_value(session: object) -> None:
    f.execute(f.map_each(functools.partial(power, exponent=f.reduce(max, 1, 2)), [3]))
    with_the_same_value = f.map_each(functools.partial(power, exponent=f.put(2)), [3, 4])
    f.execute(with_the_same_value)
    assert f.take(with_the_same_value) == [9, 16]
    counts = session.backend.graph.counts()  # type: ignore[attr-defined]
    assert counts["raised"].executed == 2


def test_a_plain_function_cannot_hold_an_artefact_and_is_told_what_can() -> None:
    with pytest.raises(WiringError, match="make it a task"):
        f.map_each(functools.partial(pow, three), [1, 2])


def test_a_lenient_task_given_to_bind_does_not_see_the_error(session: object) -> None:
    failed = f.reduce(int, "no number", out=int)
    bound = failed.bind(or_zero)
    f.execute(bound)
    assert f.take(bound, strict=False).failure().exception == "ValueError"


def test_options_and_names_of_a_task_stay_unless_the_step_says_its_own() -> None:
    patient = f.task(opt=f.options(queue="far", retries=3))(square.fn)
    assert f.reduce(patient, 3).operation.options.queue == "far"  # type: ignore[union-attr]
    own = f.reduce(patient, 3, name="other", opt=f.options(queue="near"))
    assert own.operation is not None
    assert (own.operation.task.name, own.operation.options.queue) == ("other", "near")
    assert f.reduce(power, 3, 2).operation.task.name == "raised"  # type: ignore[union-attr]


def test_a_strict_task_is_not_given_results() -> None:
    with pytest.raises(WiringError, match=r"write @f\.task\(strict=False\)"):
        f.reduce(square, 3, strict=False)


def test_a_task_decides_for_stop_if_as_its_function_does(session: object) -> None:
    is_large = f.task(_is_large)
    kept, stopped = f.utils.stop_if(is_large, 1), f.utils.stop_if(is_large, 100)
    f.execute(kept, stopped)
    assert f.take(kept) == 1
    assert f.take(stopped, strict=False).failure().task == "stop_if:_is_large"


def _is_large(number: int) -> bool:
    return number > 10
