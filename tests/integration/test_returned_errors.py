"""Errors as funsies 0.8 had them: what a function returns, and what is asked of results."""

from __future__ import annotations

from typing import Any

import pytest
from returns.result import Failure, Result, Success

import funsies as f
from funsies.types import Encoding

pytestmark = pytest.mark.usefixtures("session")


def wrong(details: str = "too cold") -> f.Error:
    return f.Error(kind=f.ErrorKind.ExceptionRaised, details=details)


def plain(x):
    return wrong() if x < 0 else x


def in_08(x: int) -> int | f.Error:
    return wrong() if x < 0 else x


def as_result(x: int) -> Result[int, f.Error]:
    return Failure(wrong()) if x < 0 else Success(x)


def double(x: int) -> int:
    return 2 * x


@pytest.mark.parametrize("function", [plain, in_08, as_result])
def test_an_error_that_a_function_returns_ends_its_step_and_what_needs_it(
    function: Any,
) -> None:
    step = f.reduce(function, -1)
    after = f.reduce(double, step)
    right = f.reduce(double, f.reduce(function, 2))
    f.execute(after, right)
    for each in (step, after):
        error = f.take(each, strict=False).failure()
        assert (error.details, error.source) == ("too cold", step.operation.digest.hex())
    assert f.take(right) == 4


def test_an_error_in_the_place_of_one_of_several_results_is_that_of_this_one() -> None:
    first, second = f.py(lambda: (1, wrong()), out=(int, bytes))
    f.execute(first, second)
    assert f.take(first) == 1
    assert f.take(second, strict=False).failure().details == "too cold"


def test_an_error_in_the_place_of_an_artefact_is_the_error_of_the_dynamic_step() -> None:
    step = f.put(1).bind(lambda _: wrong())  # type: ignore[arg-type,return-value]
    f.execute(step)
    assert f.take(step, strict=False).failure().details == "too cold"


def test_an_error_is_a_value_where_the_annotation_asks_for_it() -> None:
    def why(result: Result[int, f.Error]) -> f.Error:
        return result.failure()

    step = f.reduce(why, f.reduce(plain, -1), strict=False)
    reasons = f.gather([step, step])
    f.execute(reasons)
    assert [each.details for each in f.take(reasons)] == ["too cold"] * 2


def test_errors_of_map_each_stay_with_their_items() -> None:
    results = f.map_each(in_08, [1, -1], strict=False)
    f.execute(results)
    assert f.take(results)[0] == Success(1)
    assert f.take(results)[1].failure().details == "too cold"


def test_none_is_a_json_value() -> None:
    steps: list[f.Artefact[Any]] = [
        f.morph(lambda _: None, 1, out=Encoding.json),
        f.reduce(print, out=Encoding.json),
        f.py(lambda: None, out=[Encoding.json]),
        *f.py(lambda: (None, None), out=[Encoding.json, Encoding.json]),
    ]
    files = f.shell("cat a", inp={"a": steps[0]})
    f.execute(steps, files)
    assert [f.take(each) for each in steps] == [None] * len(steps)
    assert f.take(files.stdout) == b"null"


def test_to_ask_whether_a_result_is_an_error_is_refused_and_names_the_edit() -> None:
    """In 0.8 ``take(strict=False)`` gave values and errors; the test would never be true."""
    steps = [f.reduce(plain, number) for number in (1, 2, 3, -1)]
    f.execute(steps)
    results = [f.take(each, strict=False) for each in steps]
    for result in results:
        with pytest.raises(f.FunsiesError, match=r"isinstance\(x, f.errors.Failure\)"):
            isinstance(result, f.Error)
        with pytest.raises(f.FunsiesError, match=r"x\.failure\(\)"):
            isinstance(result, (int, f.Error))
    assert sum(isinstance(result, f.errors.Failure) for result in results) == 1
    assert isinstance(results[-1].failure(), f.Error)
    assert not isinstance(3, f.Error)


def test_the_same_is_refused_in_a_step() -> None:
    def count(*results: Any) -> int:
        return sum(isinstance(each, f.Error) for each in results)

    step = f.reduce(count, f.put(1), f.reduce(plain, -1), strict=False)
    f.execute(step)
    error = f.take(step, strict=False).failure()
    assert "isinstance(x, f.errors.Failure)" in error.details
