"""How values that code holds are shown to people."""

import sys
from dataclasses import dataclass
from enum import Enum

import pytest

from funsies.core.fingerprint.value_text import MOST_CHARACTERS, value_text


class Colour(Enum):
    RED = 1


@dataclass(slots=True)
class Slotted:
    x: int


class Hostile:
    def __init__(self) -> None:
        self.x = 1

    def __repr__(self) -> str:
        sys.exit("somebody's code was called")

    __str__ = __repr__


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.5, "1.5"),
        ("a\nb", "'a\\nb'"),
        ((1,), "(1,)"),
        (set(), "set()"),
        ({3, 1, 2}, "{1, 2, 3}"),
        (Colour.RED, "Colour.RED"),
        (Slotted(2), "Slotted(x=2)"),
        (len, "len"),
    ],
)
def test_values_look_as_python_writes_them(value, text):
    assert value_text(value) == text


def test_nothing_is_called_that_users_have_written():
    assert value_text([Hostile()]) == "[Hostile(x=1)]"


def test_an_integer_that_is_too_long_for_decimals_has_a_text():
    assert value_text(2**20_000) == hex(2**20_000)[:MOST_CHARACTERS] + "..."


def test_a_long_container_has_a_line_for_each_item():
    assert value_text({f"key{i}": i * 1000 for i in range(20)}).splitlines()[1] == (
        "    'key0': 0,"
    )


@pytest.mark.parametrize("value", ["x" * 10**6, list(range(10**6)), [[["x" * 9000] * 99] * 99]])
def test_the_text_of_a_large_value_is_bounded(value):
    assert len(value_text(value)) <= MOST_CHARACTERS + 3


def test_a_value_that_holds_itself_has_a_text():
    value: list[object] = []
    value.append(value)
    assert value_text(value) == "[[[...]]]"
