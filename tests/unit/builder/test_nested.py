"""Artefacts inside of plain containers are refused with the call that joins them."""

from __future__ import annotations

import io
import itertools
from dataclasses import dataclass
from typing import Any

import pytest

import funsies as f
from funsies.core.errors import WiringError

ONE, TWO = f.put(1), f.put(2)
MANY = {"a": 1}


@dataclass
class Pair:
    left: Any
    right: Any = None


@f.task
def total(numbers: list[int]) -> int:
    return sum(numbers)


@f.task
def loose(numbers):
    return list(numbers)


CONTAINERS: dict[str, Any] = {
    r"Join them into one artefact: f\.gather\(\[\.\.\.\]\)$": [ONE, TWO],
    r"f\.gather\(\(\.\.\.\)\)$": (ONE, TWO),
    r"is a set .*f\.gather\(\[\.\.\.\]\)$": {ONE, TWO},
    r"f\.gather\(\{\.\.\.\}\)$": {"a": ONE},
    r"with f\.put\(\.\.\.\) for what is no artefact": [ONE, 2],
    r"from the inside outwards": [[ONE], [TWO]],
    r"is a tuple .*from the inside outwards": (1, {"a": [ONE]}),
    r"f\.reduce\(Pair, \.\.\.\)": Pair(1, ONE),
    r"Keys cannot be artefacts": {ONE: 1},
    r"is a list with artefacts inside \(<ShellOutput": [f.shell("true")],
}


@pytest.mark.parametrize("advice", CONTAINERS)
def test_artefacts_inside_of_a_value_are_refused_with_the_call_that_joins_them(
    advice: str,
) -> None:
    value = CONTAINERS[advice]
    for use in (
        loose,
        f.put,
        lambda each: f.reduce(len, each),
        lambda each: f.shell("true", inp={"in.json": each}),
        lambda each: f.py(len, each),
    ):
        with pytest.raises(WiringError, match=advice):
            use(value)


def test_the_message_names_the_argument_or_the_file() -> None:
    with pytest.raises(WiringError, match="argument 'numbers' of total is a list"):
        total([ONE, TWO])
    with pytest.raises(WiringError, match=r"the input file 'in.json' is a dict"):
        f.shell("true", inp={"in.json": {"a": ONE}})


def test_what_is_joined_is_an_argument() -> None:
    with f.Fun(f.Server("memory://")):
        step = total(f.gather([ONE, TWO]))
        f.execute(step)
        assert f.take(step) == 3


ITEMS: dict[str, Any] = {
    "generator": lambda: (each for each in [1]),
    "iterator": lambda: iter([1]),
    "map": lambda: map(int, "12"),
    "zip": lambda: zip([1], [2], strict=True),
    "filter": lambda: filter(None, [1]),
    "enumerate": lambda: enumerate([1]),
    "reversed": lambda: reversed([1]),
    "chain": lambda: itertools.chain([1], [2]),
    "keys": MANY.keys,
    "values": MANY.values,
    "items": MANY.items,
}


@pytest.mark.parametrize("kind", ITEMS)
def test_what_only_gives_items_is_refused_with_the_advice_to_make_a_list(kind: str) -> None:
    for use in (
        total,
        loose,
        f.put,
        lambda each: f.put([each]),
        lambda each: loose(Pair(each)),
        lambda each: f.reduce(sum, each),
        lambda each: f.map_each(str, each),
        lambda each: f.shell("true", inp={"a": each}),
    ):
        with pytest.raises(f.FunsiesError, match=r"pass list\(\.\.\.\) of it"):
            use(ITEMS[kind]())


def test_an_open_file_is_refused_with_the_advice_to_pass_what_it_contains() -> None:
    for use in (total, loose, f.put):
        with pytest.raises(f.FunsiesError, match="pass what it contains"):
            use(io.StringIO("text"))


def test_gather_takes_any_artefacts_that_can_be_listed() -> None:
    assert f.gather(each for each in [ONE, TWO]) == f.gather([ONE, TWO])  # type: ignore[call-overload]


def test_several_things_where_one_is_taken_are_refused_with_the_call_that_takes_them() -> None:
    several: Any = [f.put("a"), f.put("b")]
    with pytest.raises(WiringError, match=r"gather\(\[a, b\]\)"):
        f.gather(*several)
    with pytest.raises(WiringError, match=r"concat\(\*pieces\)"):
        f.utils.concat(several)
