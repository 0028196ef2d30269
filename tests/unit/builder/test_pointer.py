"""An artefact is no value: what one does with values says what to do instead."""

from __future__ import annotations

import copy
import inspect
import math
import operator
import pickle
import pprint
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest

import funsies as f
from funsies.core.errors import WiringError

NUMBER: Any = f.put(1)
OTHER: Any = f.put(2)
STEP: Any = f.shell("true", out=["a"])

MISUSES: dict[str, Callable[[], object]] = {
    "value == 2": lambda: NUMBER == 2,
    "value == 'a'": lambda: NUMBER != "a",
    "value == 1": lambda: NUMBER in [1, NUMBER],
    "value == other": lambda: NUMBER == [1],
    "value + 1": lambda: NUMBER + 1,
    "1 + value": lambda: 1 + NUMBER,
    "value * other": lambda: NUMBER * OTHER,
    "value - other": lambda: NUMBER - [1, 2],
    "value ** 2": lambda: NUMBER**2,
    "divmod(value, 2)": lambda: divmod(NUMBER, 2),
    "value < 2": lambda: NUMBER < 2,
    "value > 2": lambda: 2 < NUMBER,  # noqa: SIM300 - this order is the point
    "value < other": lambda: sorted([NUMBER, OTHER]),
    "-value": lambda: -NUMBER,
    "value[0]": lambda: NUMBER[0],
    "value[1:]": lambda: NUMBER[1:],
    "value[:2:3]": lambda: NUMBER[:2:3],
    "value['key']": lambda: NUMBER["key"],
    "value.energy": lambda: NUMBER.energy,
    "len(value)": lambda: len(NUMBER),
    "int(value)": lambda: int(NUMBER),
    "float(value)": lambda: math.sqrt(NUMBER),
    "round(value)": lambda: round(NUMBER, 2),
    "range(value)": lambda: range(NUMBER),
    "2 in value": lambda: 2 in NUMBER,
    "value(1)": lambda: NUMBER(1),
    "... if value else ...": lambda: not NUMBER,
    "f'{value}'": lambda: f"{NUMBER:>4}",
}
OTHERWISE: dict[str, Callable[[], object]] = {
    "with a function that returns another value": lambda: operator.setitem(NUMBER, 0, 1),
    "that returns another value": lambda: operator.delitem(NUMBER, 0),
}


@pytest.mark.parametrize("advice", OTHERWISE)
def test_what_no_expression_does_in_a_step_is_told_in_other_words(advice: str) -> None:
    with pytest.raises(WiringError, match="is a pointer to a value that may not exist") as told:
        OTHERWISE[advice]()
    assert advice in str(told.value)


@pytest.mark.parametrize("inside", MISUSES)
def test_what_cannot_be_done_with_an_artefact_names_the_step_that_does_it(inside: str) -> None:
    with pytest.raises(WiringError) as raised:
        MISUSES[inside]()
    assert "is a pointer to a value that may not exist yet" in str(raised.value)
    assert f"value: {inside}," in str(raised.value).replace("value, other:", "value:")
    assert "use take()" in str(raised.value)


def test_the_step_that_is_advised_does_it() -> None:
    with pytest.raises(WiringError) as raised:
        _ = NUMBER + 1
    advice = str(raised.value).partition("in a step, ")[2].partition(", or execute")[0]
    with f.Fun(f.Server("memory://")):
        made = eval(advice, {"f": f, "artefact": NUMBER})  # noqa: S307 - what a user would type
        f.execute(made)
        assert f.take(made) == 2


def test_to_await_an_artefact_says_what_to_await() -> None:
    async def wait() -> None:
        await NUMBER

    with pytest.raises(WiringError, match=r"await f\.execute\(artefact\)"):
        wait().send(None)  # asyncio.run() would leave the thread without an event loop


def test_to_take_an_artefact_apart_names_what_makes_several() -> None:
    with pytest.raises(WiringError, match=r"f\.map_each\(.*f\.py\("):
        _, _ = NUMBER
    with pytest.raises(WiringError, match=r"f\.reduce\(sum, f\.gather\(\[\.\.\.\]\)\)"):
        sum([NUMBER, OTHER])


def test_artefacts_are_equal_to_each_other_and_to_nothing_that_is_no_value() -> None:
    same, same_step = f.put(1), f.reduce(max, 1, 2)
    assert same == NUMBER != OTHER
    assert same_step == f.reduce(max, 1, 2)
    assert {NUMBER: "a"}[same] == "a"
    assert NUMBER in [OTHER, None, same]
    assert NUMBER != None  # noqa: E711 - libraries ask so
    assert NUMBER == mock.ANY
    assert object() != NUMBER
    assert NUMBER not in (inspect.Parameter.empty, int, print)


def test_whatever_can_be_stored_is_a_value_that_an_artefact_does_not_equal() -> None:
    for value in (f.Error(kind=f.ErrorKind.NotFound), {"a": 1}, b"", float("nan")):
        with pytest.raises(WiringError, match="compared with a value"):
            _ = value == NUMBER


def test_whoever_looks_at_an_artefact_without_taking_it_for_a_value_may() -> None:
    probes = ("__array__", "_repr_html_", "__wrapped__", "__fspath__", "__len_hint__", "energy")
    assert not any(hasattr(NUMBER, name) for name in probes)
    assert getattr(NUMBER, "energy", 3) == 3
    assert copy.copy(NUMBER) is copy.deepcopy([NUMBER])[0] is NUMBER
    assert str(NUMBER) == repr(NUMBER) == pprint.pformat(NUMBER)
    assert dict(inspect.getmembers(NUMBER))["hash"] == NUMBER.hash
    assert "map" in dir(NUMBER)


def test_a_misspelt_attribute_is_told_from_that_of_the_value() -> None:
    with pytest.raises(AttributeError, match=r"did you mean \.operation\?"):
        _ = NUMBER.opration
    with pytest.raises(AttributeError, match=r"did you mean \.stdout\?"):
        _ = STEP.stout


@pytest.mark.parametrize(
    "use",
    [
        lambda: STEP + 1,
        lambda: len(STEP),
        lambda: STEP["a"],
        lambda: f"{STEP}",
        lambda: not STEP,
    ],
)
def test_a_shell_step_names_its_outputs(use: Callable[[], object]) -> None:
    with pytest.raises(WiringError, match=r"is a shell step.*\.stdout, \.out\["):
        use()


@pytest.mark.parametrize("function", [NUMBER, STEP])
def test_a_pointer_is_no_function(function: Any) -> None:
    for use in (f.task, f.reduce, OTHER.map, lambda each: f.map_each(each, [1])):
        with pytest.raises(WiringError, match="wants a plain function"):
            use(function)


def test_an_artefact_travels_between_processes_of_the_program() -> None:
    step = f.shell("true", out=["*.csv"])
    for artefact in (NUMBER, f.reduce(len, "abc"), step.stdout, step.out["*.csv"]):
        assert pickle.loads(pickle.dumps(artefact)) == artefact  # noqa: S301 - our own
        assert pickle.loads(pickle.dumps({artefact: [artefact]})) == {artefact: [artefact]}  # noqa: S301


def test_two_shell_steps_are_equal_if_their_addresses_are() -> None:
    again: Any = f.shell("true", out=["a"])
    assert again == STEP
    assert hash(STEP) == hash(again)
    assert f.shell("false") != STEP
    assert STEP in [f.shell("false"), again]
    assert copy.deepcopy(STEP) == STEP
    assert pickle.loads(pickle.dumps(STEP)) == STEP  # noqa: S301 - our own
    assert STEP != None  # noqa: E711 - as with artefacts
    with pytest.raises(WiringError, match=r"cannot be compared with a value: give one of"):
        _ = STEP == 0


def test_what_has_artefacts_inside_is_named_with_its_article() -> None:
    with pytest.raises(WiringError, match="is an OutputFiles with artefacts"):
        f.morph(sorted, STEP.out)
