"""Shell steps: commands, files and environment are the address, options are not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import funsies as f

words = st.text("ab&; \n:->\"'", min_size=1, max_size=6).filter(lambda text: text.strip())


def address(*commands: str, **how: Any) -> str:
    return f.shell(*commands, **how).hash


def test_commands_cannot_be_joined_into_others() -> None:
    assert address("a && b", "c") != address("a", "b && c")
    assert address("a", "b") != address("a\nb")
    assert address("a", "b") != address("a b")


@given(st.lists(words, min_size=1, max_size=3), st.lists(words, min_size=1, max_size=3))
def test_different_commands_have_different_addresses(one: list[str], other: list[str]) -> None:
    assert (address(*one, name="x") == address(*other, name="x")) == (one == other)


def test_everything_that_decides_the_result_counts() -> None:
    steps = [
        address("run"),
        address("run", name="named"),
        address("run", check=False),
        address("run", strict=False),
        address("run", env={"A": "1"}),
        address("run", env={"A": "2"}),
        address("run", env={"A": "1", "B": ""}),
        address("run", out=["a"]),
        address("run", out=["b"]),
        address("run", out=["a", "b"]),
        address("run", inp={"a": "text"}),
        address("run", inp={"a": b"text"}),
        address("run", inp={"b": "text"}),
        address("run", inp={"a": "text"}, out=["a"]),
    ]
    assert len(set(steps)) == len(steps)


def test_what_does_not_decide_the_result_does_not_count() -> None:
    assert address("run", opt=f.options(env={"A": "1"}, queue="gpu")) == address("run")
    assert address("run", env={"A": "1", "B": "2"}) == address("run", env={"B": "2", "A": "1"})
    assert address("run", inp={"a": "1", "b": "2"}) == address("run", inp={"b": "2", "a": "1"})
    assert address("run", env={}, inp={}, out=[]) == address("run")


@pytest.mark.parametrize("name", ["a\nb", "a->b", "a:b", "-rf", "stdout", "a b", "stdout:0"])
def test_any_file_name_is_usable_and_nothing_is_reserved(name: str) -> None:
    step = f.shell("run", inp={name: "x"}, out=[name])
    others = {f.shell("run", out=[each]).hash for each in ("a", "b", "ab", "rf")}
    assert step.hash not in others
    assert step.out[name] not in (step.stdout, step.stderr)


def test_outputs_have_addresses_of_their_own() -> None:
    step = f.shell("one", "two", out=["a", "b"])
    outputs = [*step.stdouts, *step.stderrs, *step.returncodes, *step.out.values()]
    assert len({each.hash for each in outputs}) == 8
