"""The run that a command is about: a number, ``last``, or how many before that."""

from __future__ import annotations

import click
import pytest

import funsies as f
from funsies.cli.run_choice import RUN, find_run
from funsies.core.errors import UnknownHashError


def half(number: float) -> float:
    return number / 2


@pytest.fixture
def backend():
    """Where a program has run."""
    server = f.Server("memory://")
    with f.Fun(server) as session:
        f.execute(f.reduce(half, 1.0))
        yield session.backend


@pytest.mark.parametrize("text", ["last", "1", "-0"])
def test_a_number_or_last_is_a_run(backend, text: str) -> None:
    assert find_run(backend, text).number == 1


@pytest.mark.parametrize("text", ["0", "2", "999999999999999", "-1", "-999999999999999"])
def test_another_number_is_an_error_with_a_remedy(backend, text: str) -> None:
    with pytest.raises(UnknownHashError, match=f"no run {text}; see: funsies runs"):
        find_run(backend, text)


@pytest.mark.parametrize("text", ["first", "--1", "1.0", "", "²", "9" * 20])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="write its number, last, or -1"):
        RUN.convert(text, None, None)


def test_the_shell_completes_last_and_numbers(backend) -> None:
    context = click.Context(click.Command("report"))
    assert [each.value for each in RUN.offers(backend, "", context)] == ["last", "1"]
    assert [each.value for each in RUN.offers(backend, "1", context)] == ["1"]
