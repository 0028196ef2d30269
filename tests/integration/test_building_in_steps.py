"""A step that returns a value adds no steps: it says so, early where its code shows it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

import funsies as f
from funsies.errors import WiringError


@f.task
def square(number: int) -> int:
    return number * number


def calls_a_task(number: int) -> str:
    return str([square(number)])


def sums_a_task(number: int) -> int:
    return sum(square(each) for each in range(number))  # type: ignore[misc]


def maps_a_task(number: int) -> int:
    return len(list(map(square, range(number))))


def reduces(number: int) -> int:
    f.reduce(abs, number)
    return number


def runs_a_command(number: int) -> int:
    f.shell("true")
    return number


def puts(number: int) -> int:
    f.put(number)
    return number


def gathers(number: int) -> int:
    f.utils.concat("a", "b")
    return number


def imports_inside(number: int) -> int:
    from funsies import reduce  # noqa: PLC0415 - what is tested

    reduce(abs, number)
    return number


def executes(number: int) -> int:
    f.execute()
    return number


SEEN = [calls_a_task, sums_a_task, maps_a_task, reduces, runs_a_command, puts, gathers]


@pytest.mark.parametrize("function", [*SEEN, imports_inside, executes])
@pytest.mark.parametrize("wrap", [lambda function: function, functools.partial, f.task])
def test_what_the_code_of_a_step_shows_is_refused_when_it_is_built(
    function: Callable[[int], object], wrap: Callable[[object], Callable[[int], object]]
) -> None:
    with pytest.raises(WiringError, match=r"inside of a step.*bind\(\)"):
        f.reduce(wrap(function), 3)


def test_the_remedy_for_a_task_is_its_function() -> None:
    with pytest.raises(WiringError, match=r"sums_a_task calls the task square .*square\.fn\("):
        f.reduce(sums_a_task, 3)
    captured = f.task(square.fn)
    with pytest.raises(WiringError, match=r"Call its function, captured\.fn\("):
        f.put(3).map(lambda number: [captured(number)])


def sums_its_function(number: int) -> int:
    return sum(square.fn(each) for each in range(number))


def names_it(number: int) -> str:
    return square.__name__ * number


def in_a_fun_of_its_own(number: int) -> int:
    with f.Fun(f.Server("memory://")):
        step = square(number)
        f.execute(step)
        return f.take(step)


def all_squares(number: int) -> f.Artefact[list[int]]:
    with ThreadPoolExecutor(1) as pool:
        return f.gather(list(pool.map(square, range(number))))


def test_what_gives_values_is_no_step(place: f.Server) -> None:
    with f.Fun(place):
        functions = (sums_its_function, names_it, in_a_fun_of_its_own)
        steps = [f.reduce(function, 3) for function in functions]
        built = f.put(3).bind(all_squares)
        f.execute(*steps, built).wait(30)
        assert [f.take(step) for step in steps] == [5, "square" * 3, 9]
        assert f.take(built) == [0, 1, 4]


def helper(number: int) -> object:
    return square(number)


def helper_that_reduces(number: int) -> object:
    return f.reduce(abs, number)


def helper_that_puts(number: int) -> object:
    return f.put(number)


def in_a_helper(number: int) -> str:
    return str(helper(number))


def in_another_helper(number: int) -> str:
    return str(helper_that_reduces(number))


def in_a_third_helper(number: int) -> str:
    return str(helper_that_puts(number))


def in_a_thread(number: int) -> str:
    with ThreadPoolExecutor(1) as pool:
        return str(list(pool.map(helper, [number])))


IN_HELPERS = {
    in_a_helper: "square.fn(...)",
    in_another_helper: "Call functions themselves there",
    in_a_third_helper: "Use the value itself",
    in_a_thread: "square.fn(...)",
}


def test_what_helpers_do_is_refused_when_it_runs(place: f.Server) -> None:
    with f.Fun(place):
        in_own_process = place.jobs_url != "memory://"  # else threads may be the program's
        functions = [each for each in IN_HELPERS if in_own_process or each is not in_a_thread]
        steps = {function: f.reduce(function, 3) for function in functions}
        f.execute(*steps.values()).wait(30)
        for function, step in steps.items():
            error = f.take(step, strict=False).failure()
            assert error.exception == "funsies.core.errors.WiringError"
            assert IN_HELPERS[function] in error.details
