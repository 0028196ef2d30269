"""Parts of a workflow whose shape is known only at run time, in memory and on a server."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from returns.pipeline import is_successful
from returns.result import Result

import funsies as f
from funsies.errors import WiringError


def numbers(count: int) -> list[int]:
    return list(range(count))


@f.task
def square(number: int) -> int:
    if number == 3:
        raise ValueError("three")
    return number * number


def test_map_each_keeps_the_order_of_a_list_that_exists_only_later(session: object) -> None:
    squares = f.map_each(square, f.morph(numbers, 3))
    f.execute(squares)
    assert f.take(squares) == [0, 1, 4]


def test_map_each_gives_the_error_of_an_item(session: object) -> None:
    squares = f.map_each(square, f.morph(numbers, 5))
    f.execute(squares)
    assert f.take(squares, strict=False).failure().exception == "ValueError"


def test_map_each_leaves_errors_with_their_item_when_asked(session: object) -> None:
    squares = f.map_each(square, f.morph(numbers, 5), strict=False)
    f.execute(squares)
    found = f.take(squares)
    assert [is_successful(each) for each in found] == [True, True, True, False, True]
    assert found[4].unwrap() == 16


def test_a_longer_list_computes_only_its_new_items(session: object) -> None:
    f.execute(f.map_each(square, f.put([1, 2])))
    before = len(f.execute(f.map_each(square, f.put([1, 2, 4]))).counts().tasks)
    counts = f.execute(f.map_each(square, f.put([1, 2, 4, 5]))).counts()
    assert before
    assert counts.tasks["square"].executed == 1


def test_nothing_to_map_gives_an_empty_list(session: object) -> None:
    squares = f.map_each(square, f.morph(numbers, 0))
    f.execute(squares)
    assert f.take(squares) == []


def test_gather_joins_lists_tuples_and_dicts(session: object) -> None:
    one, two = f.put(1), f.put("two")
    joined = f.gather([one, one]), f.gather((one, two)), f.gather({"a": one, "b": one})
    f.execute(*joined)
    assert [f.take(each) for each in joined] == [[1, 1], (1, "two"), {"a": 1, "b": 1}]


def test_gather_leaves_errors_with_their_key_when_asked(session: object) -> None:
    joined = f.gather({"bad": square(3), "good": square(2)}, strict=False)
    f.execute(joined)
    found = f.take(joined)
    assert found["good"].unwrap() == 4
    assert found["bad"].failure().task == "square"


@pytest.mark.parametrize("items", ["abc", {"a": 1}, {1, 2}, 3, None, b"ab"])
def test_map_each_refuses_what_has_no_items_in_an_order(items: Any) -> None:
    for each in (items, f.put(items), f.reduce(lambda: 1, out=type(items))):
        with pytest.raises(WiringError, match="must be a list, not"):
            f.map_each(square, each)


@pytest.mark.parametrize("items", ["abc", {"a": 1}, {1, 2}, 3, None, b"ab"])
def test_items_that_turn_out_to_be_none_are_an_error_without_frames_of_funsies(
    session: object, items: Any
) -> None:
    made = f.reduce(lambda: items)
    steps = [f.map_each(square, made), f.dynamic.sac(given, f.gather, f.gather, made)]
    f.execute(steps)
    for step in steps:
        details = f.take(step, strict=False).failure().details
        assert f"must be a list, not {type(items).__qualname__}" in details
        assert "fan_out.py" not in details


def given(value):
    return value


def test_gather_names_what_is_no_artefact() -> None:
    with pytest.raises(WiringError, match="use put"):
        f.gather([1])  # type: ignore[list-item]  # that is the mistake


def halves(values: list[int]) -> list[list[int]]:
    if len(values) < 2:
        raise ValueError("nothing to split")
    middle = len(values) // 2
    return [values[:middle], values[middle:]]


def merge(left: list[int], right: list[int]) -> list[int]:
    return sorted(left + right)


def merge_all(parts: Sequence[f.Artefact[list[int]]]) -> f.Artefact[list[int]]:
    return f.reduce(merge, *parts)


def sorted_or_given(
    merged: Result[list[int], f.Error], given: Result[list[int], f.Error]
) -> list[int]:
    return merged.value_or(given.unwrap())


def merge_sort(values: f.Artefact[list[int]]) -> f.Artefact[list[int]]:
    """Recursion that ends with an error: a list of one item cannot be split."""
    merged = f.dynamic.sac(halves, merge_sort, merge_all, values)
    return f.reduce(sorted_or_given, merged, values, strict=False)


def test_sac_recurses_and_error_recovery_ends_the_recursion(session: object) -> None:
    result = merge_sort(f.put([5, 3, 8, 1, 9, 2, 7]))
    f.execute(result)
    assert f.take(result) == [1, 2, 3, 5, 7, 8, 9]


def count_down(number: int) -> f.Artefact[int]:
    return f.put(0) if number == 0 else f.put(number - 1).bind(count_down)


def refuse(number: int) -> int:
    raise ValueError(number)


@pytest.mark.parametrize(
    ("recovery", "message"),
    [
        (lambda _: f.put("text"), r"return annotation: Artefact\[str\]"),
        (lambda _: f.reduce(lambda: "text"), r"say so in the function's return annotation"),
        (lambda _: "text", r"must return an artefact, not a str. Return put\(value\)"),
        (lambda _: f.Artefact.from_value(len), r"functions are not stored"),
    ],
)
def test_a_recovery_that_does_not_fit_is_an_error_that_names_the_remedy(
    session: object, recovery: Callable[[object], Any], message: str
) -> None:
    recovered = f.reduce(refuse, 1).lash(recovery)
    f.execute(recovered)
    error = f.take(recovered, strict=False).failure()
    assert error.kind is f.errors.ErrorKind.EncodingFailed
    assert "lash" in error.task
    assert re.search(message, error.details)


def text_instead(error: f.Error) -> f.Artefact[str]:
    return f.put("text")


def test_a_recovery_may_say_that_it_is_of_another_type(session: object) -> None:
    recovered = f.reduce(refuse, 1).lash(text_instead)
    f.execute(recovered)
    assert f.take(recovered) == "text"


def test_a_thousand_fold_nesting_exhausts_nothing(session: object) -> None:
    result = f.put(1000).bind(count_down)
    f.execute(result)
    assert f.take(result) == 0


def keep(number: int) -> int:
    return number


def continued(number: int) -> f.Artefact[int]:
    return f.reduce(keep, number)


def test_reset_reaches_dynamic_steps_that_were_continued_by_a_step(session: object) -> None:
    inner, outer = f.reduce(keep, 7), f.put(7).bind(continued)
    final = f.morph(twice, outer)
    f.execute(final)
    assert f.reset(inner) == 3  # the step, the dynamic step that it continues, and the last
    with pytest.raises(f.UnwrapError):
        f.take(final)
    f.execute(final)
    assert f.take(final) == 14


def twice(a: int) -> int:
    return 2 * a
