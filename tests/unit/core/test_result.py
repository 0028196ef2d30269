"""``Result`` has one or two parameters, at run time as for type checkers."""

from __future__ import annotations

import copy
from typing import Any, Optional, get_type_hints

import pytest
from returns import result

import funsies as f


def test_result_is_that_of_returns_with_an_error_unless_another_is_named() -> None:
    assert f.Result[int] == result.Result[int, f.Error]
    assert f.Result[int, str] == result.Result[int, str]
    assert f.Result is f.errors.Result is f.types.Result


def test_it_can_be_asked_for_and_be_part_of_other_types() -> None:
    assert isinstance(result.Success(1), f.Result)
    assert not isinstance(1, f.Result)
    assert f.Result[int] | None == Optional[result.Result[int, f.Error]]  # noqa: UP045
    assert copy.deepcopy(f.Result) == f.Result


def given(one: f.Result[int], other: f.Result[int, f.Error], plain: f.Result) -> f.Result[int]:
    return one if isinstance(plain, f.errors.Success) else other


def test_annotations_in_texts_are_read() -> None:
    assert get_type_hints(given)["return"] == result.Result[int, f.Error]


@pytest.mark.parametrize("function", [given, lambda one, _other, _plain: one])
def test_functions_are_annotated_with_it(function: Any) -> None:
    with f.Fun(f.Server("memory://")):
        step = f.reduce(function, 1, 2, 3, strict=False, out=int)
        other = f.reduce(given, 1, 2, 3, strict=False)
        f.execute(step, other)
        assert f.take(step) == f.take(other) == 1
        assert "int" in repr(other)
