"""A step has a new address if and only if it would do something else."""

from __future__ import annotations

import enum
import functools
from collections import Counter, OrderedDict, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import funsies as f

from .conftest import Load


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


def add(x: float, y: float) -> float:
    return x + y


def address(function: Any, *inputs: Any, **options: Any) -> str:
    return f.reduce(function, *inputs, **options).hash


def test_the_same_step_has_the_same_address() -> None:
    assert address(add, 1, 2) == address(add, 1, 2) == f.py(add, 1, 2).hash


def test_inputs_the_name_and_strictness_count() -> None:
    def tolerant(x: Any, y: Any) -> float:
        return x.unwrap() + y.unwrap()

    addresses = {
        address(add, 1, 2),
        address(add, 2, 1),
        address(add, 1, 2, name="plus"),
        address(add, 1, 2, out=complex),
        address(tolerant, 1, 2),
        address(tolerant, 1, 2, strict=False),
    }
    assert len(addresses) == 6


def test_numbers_that_are_equal_but_not_the_same_differ() -> None:
    def show(x: Any) -> str:
        return repr(x)

    values = [1, 1.0, True, "1", b"1", [1], (1,), None, 0.0, -0.0, Decimal(1), 10**30]
    assert len({address(show, value) for value in values}) == len(values)
    assert len({address(add, value, 0) for value in (1, 1.0)}) == 2


def test_the_order_of_keys_counts_since_a_function_sees_it() -> None:
    def first(x: dict[str, int]) -> str:
        return next(iter(x))

    assert address(first, {"a": 1, "b": 2}) != address(first, {"b": 2, "a": 1})
    assert f.put({"a": 1, "b": 2}) != f.put({"b": 2, "a": 1})


def test_the_order_of_a_captured_or_global_dict_counts(load: Load) -> None:
    def iterating(weights: dict[str, int]) -> Any:
        return lambda: list(weights)

    ways = [{"a": 1, "b": 2}, {"b": 2, "a": 1}]
    for kind in (dict, OrderedDict, Counter, partial(defaultdict, int)):
        assert len({address(iterating(kind(each))) for each in ways}) == 2
    texts = [f"WEIGHTS = {each}\ndef task(): return list(WEIGHTS)" for each in ways]
    assert len({address(load(text).task) for text in texts}) == 2


def test_the_order_of_keywords_counts_where_the_function_can_see_it() -> None:
    @f.task
    def names(first: int = 0, **others: int) -> list[str]:
        return list(others)

    @f.task
    def add_both(*, x: int, y: int) -> int:
        return x + y

    assert names(b=1, a=2) != names(a=2, b=1)
    assert names(first=1, a=2) == names(a=2, first=1)
    assert add_both(x=1, y=2) == add_both(y=2, x=1)
    here = [functools.partial(names.fn, b=1, a=2), functools.partial(names.fn, a=2, b=1)]
    assert len({address(each, name="names") for each in here}) == 2


def test_an_argument_is_the_same_by_position_and_by_name() -> None:
    @f.task
    def weigh(x: int, y: int = 2) -> int:
        return x * y

    assert weigh(1, 3) == weigh(1, y=3) == weigh(y=3, x=1)
    assert weigh(1, 3) != weigh(3, 1)


NAMES = [
    *("self", "cls", "fn", "fun", "function", "name", "out", "strict", "opt", "args", "kwargs"),
    *("inp", "spec", "version", "ignore", "value", "connection"),
]


@pytest.mark.parametrize("name", NAMES)
def test_a_parameter_may_have_any_name(name: str, load: Load) -> None:
    body = f"def area({name}: float) -> float: return {name} * 2"
    made = load(f"import funsies as f\n@f.task\n{body}")
    step = made.area(**{name: 2.0})
    assert step == made.area(2.0)
    with f.Fun(f.Server("memory://")):
        made_inside = made.area(**{name: 2.0})
        f.execute(made_inside)
        assert f.take(made_inside) == 4.0


def test_keywords_of_any_name_go_into_a_dict() -> None:
    @f.task
    def weigh(**parts: int) -> dict[str, int]:
        return parts

    with f.Fun(f.Server("memory://")):
        step = weigh(**dict.fromkeys(NAMES, 1))
        f.execute(step)
        assert list(f.take(step)) == NAMES


def test_options_do_not_count() -> None:
    options = f.options(queue="gpu", retries=3, timeout=60, env={"A": "1"}, priority=3)
    assert address(add, 1, 2, opt=options) == address(add, 1, 2)


def test_a_changed_body_default_helper_or_constant_counts(load: Load) -> None:
    versions = [
        "def step(x):\n    return x + 1",
        "def step(x):\n    return x + 2",
        "def step(x, y=1):\n    return x + y",
        "def step(x, y=2):\n    return x + y",
        "N = 1\ndef step(x):\n    return x + N",
        "N = 2\ndef step(x):\n    return x + N",
        "def helper(x):\n    return x + 1\ndef step(x):\n    return helper(x)",
        "def helper(x):\n    return x + 2\ndef step(x):\n    return helper(x)",
    ]
    assert len({address(load(text).step, 1) for text in versions}) == len(versions)


def test_comments_docstrings_blank_lines_and_names_of_files_do_not_count(load: Load) -> None:
    versions = [
        "def step(x: int) -> int:\n    return x + 1",
        'def step(x: int) -> int:\n    """Add one."""\n\n    # so it does\n    return (x + 1)',
        "import os\n\n\n\ndef step(x: int) -> int:  # moved down\n    return x+1",
    ]
    assert len({address(load(text).step, 1) for text in versions}) == 1


def test_functions_of_one_name_with_other_closures_differ() -> None:
    def adder(n: int) -> Any:
        def step(x: int) -> int:
            return x + n

        return step

    assert address(adder(1), 1) != address(adder(2), 1)
    assert address(adder(1), 1) == address(adder(1), 1)


def test_lambdas_in_a_loop_differ() -> None:
    assert len({address(lambda x, n=n: x + n, 1) for n in range(5)}) == 5
    one, other = (address(lambda x: x + 1, 1), address(lambda x: x + 2, 1))
    assert one != other


def test_partials_and_callable_objects_differ_by_what_they_hold() -> None:
    @dataclass(frozen=True)
    class Scale:
        factor: float

        def __call__(self, x: float) -> float:
            return self.factor * x

    steps = [
        functools.partial(add, 1),
        functools.partial(add, 2),
        functools.partial(add, y=1),
        Scale(1),
        Scale(2),
        Scale(1).__call__,
    ]
    assert len({address(step, 1.0) for step in steps}) == len(steps)


def test_a_version_takes_the_place_of_the_code() -> None:
    def one(x: int) -> int:
        return x + 1

    before = one

    def one(x: int) -> int:  # type: ignore[no-redef]
        return x + 2

    first = f.task(version="1", name="step")
    assert first(one)(1) == first(before)(1)
    assert first(one)(1) != f.task(version="2", name="step")(one)(1)
    assert first(one)(1) != f.task(version="1", name="another")(one)(1)
    assert first(one)(1) != f.task(name="step")(one)(1)


def test_an_ignored_name_does_not_count(load: Load) -> None:
    text = "LEVEL = {}\ndef step(x: int) -> int:\n    print(LEVEL)\n    return x"
    steps = [load(text.format(level)).step for level in (1, 2)]
    addresses = {f.task(ignore=["LEVEL"])(step)(1).hash for step in steps}
    assert len(addresses) == 1
    assert len({f.task(step)(1).hash for step in steps}) == 2


def test_a_task_used_inside_a_task_counts(load: Load) -> None:
    text = (
        "import funsies as f\n@f.task\ndef inner(x: int) -> int:\n    return x + {}\n"
        "def step(x: int) -> int:\n    return inner.fn(x)"
    )
    assert len({address(load(text.format(n)).step, 1) for n in (1, 2)}) == 2


def test_values_of_classes_of_ones_own_count_by_content() -> None:
    def paint(colour: Colour) -> str:
        return colour.name

    assert address(paint, Colour.RED) != address(paint, Colour.BLUE)


@given(st.lists(st.text(max_size=4), min_size=2, max_size=2), st.lists(st.text(max_size=4)))
def test_texts_of_any_kind_stay_apart(pair: list[str], other: list[str]) -> None:
    def join(*parts: str) -> str:
        return "".join(parts)

    assert (address(join, *pair) == address(join, *other)) == (pair == other)


@pytest.mark.parametrize("name", ["a\nb", "a -> b", "a: b", 'a", "b', ""])
def test_names_with_odd_characters_stay_apart(name: str) -> None:
    other = {address(add, 1, 2, name=each) for each in ("a", "b", "a b", "a, b")}
    assert address(add, 1, 2, name=name) not in other
