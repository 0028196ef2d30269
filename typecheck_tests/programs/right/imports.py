import funsies as f

# %% a module under a shorter name
import statistics as stats


def middle(values: list[float]) -> float:
    return stats.median(values)


with f.Fun():
    step = f.reduce(middle, [3.0, 1.0, 2.0])
    f.execute(step).wait()
    assert f.take(step) == 2.0

# %% an import inside of the function
def digits(number: int) -> str:
    from textwrap import shorten

    return shorten(str(number), width=5, placeholder="")


with f.Fun():
    step = f.reduce(digits, 12345)
    f.execute(step).wait()
    assert f.take(step) == "12345"

# %% a function of the standard library as it is
from math import hypot

with f.Fun():
    step = f.reduce(hypot, 3.0, 4.0)
    f.execute(step).wait()
    assert f.take(step) == hypot(3.0, 4.0)

# %% an import that may fail, with something else instead
try:
    import orjson_that_nobody_has as codec  # type: ignore[import-not-found]
except ImportError:
    import json as codec


@f.task
def encode(values: list[int]) -> str:
    text: str = codec.dumps(values)
    return text


with f.Fun():
    step = encode([1, 2])
    f.execute(step).wait()
    assert f.take(step) == "[1, 2]"

# %% an import by the version of Python
import sys

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@f.task
def temperature(text: str) -> float:
    value: float = tomllib.loads(text)["temperature"]
    return value


with f.Fun():
    step = temperature("temperature = 298.15")
    f.execute(step).wait()
    assert f.take(step) == 298.15

# %% an import for type checkers only
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@f.task
def ratio(numerators: list[int]) -> str:
    def first(values: "Sequence[int]") -> int:
        return values[0]

    return f"{first(numerators)}/7"


with f.Fun():
    step = ratio([3, 4])
    f.execute(step).wait()
    assert f.take(step) == "3/7"

# %% a submodule through its package
import xml.etree.ElementTree
import os.path


def title(document: str) -> str:
    text = xml.etree.ElementTree.fromstring(document).findtext("title") or ""
    return os.path.splitext(text)[0]


with f.Fun():
    step = f.reduce(title, "<a><title>water.xyz</title></a>")
    f.execute(step).wait()
    assert f.take(step) == "water"

# %% classes of other modules as values
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal


@f.task
def later(day: date, days: int) -> date:
    return day + timedelta(days=days)


@f.task
def price(amount: Decimal, each: int) -> Decimal:
    return amount * each


@f.task
def letters(text: str) -> dict[str, int]:
    return dict(Counter(text))


with f.Fun():
    day, sum_of, counts = later(date(2024, 2, 28), 2), price(Decimal("0.10"), 3), letters("aab")
    f.execute(day, sum_of, counts).wait()
    assert f.take(day) == date(2024, 3, 1)
    assert f.take(sum_of) == Decimal("0.30")
    assert f.take(counts) == {"a": 2, "b": 1}

# %% names of funsies by themselves, and under others
from funsies import Fun, execute, reduce, shell, take
from funsies import put as constant

with Fun():
    step = shell("rev", inp={}, out=[]) if False else shell("echo abc")
    size = reduce(len, step.stdout)
    number = constant(3)
    execute(size, number).wait()
    assert take(size) == 4
    assert take(number) == 3

# %% a module of funsies by itself
import funsies.utils
from funsies import types

with f.Fun():
    parts = [f.put(b"a"), f.put(b"b")]
    whole = funsies.utils.concat(*parts)
    f.execute(whole).wait()
    assert f.take(whole) == b"ab"

# %% everything of a module
from operator import *

with f.Fun():
    step = f.reduce(add, 2, 3)
    f.execute(step).wait()
    assert f.take(step) == 5
