"""Dicts are met by steps in the order in which the program has them."""

from __future__ import annotations

import pytest

from .cases import WAYS, Case

MODULE = """
from collections import Counter, OrderedDict

SETTINGS = {"zinc": 30, "argon": 18, "carbon": 6}
SEEN = Counter("zzab")
ORDERED = OrderedDict(b=1, a=2)
"""

MAIN = """
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any, Mapping, TypedDict

import settings

WEIGHTS = {"b": 1, "a": 2, 3: 4, (1, 2): 5}


class Both(TypedDict):
    b: int
    a: int


@dataclass
class Holder:
    parts: dict[str, int]


def of_globals() -> Any:
    return [str(each) for each in [*WEIGHTS, *settings.SETTINGS, *settings.SEEN]]


def turned(d: dict[str, int]) -> dict[str, int]:
    return dict(reversed(d.items()))


def typed(d: Both) -> Both:
    return {"a": d["a"], "b": d["b"]}


def mapping(d: Mapping[str, int]) -> Mapping[str, int]:
    return dict(reversed(d.items()))


def pairs(d: dict[int | str, int]) -> list[str]:
    return [str(each) for each in d]


def held(h: Holder) -> Holder:
    return Holder({**h.parts, "a": 0})


def loose(d):
    return {"z": d, "y": list(d)}


def counted(text: str) -> Counter[str]:
    return Counter(text)


def default(d: dict[str, int]) -> defaultdict[str, int]:
    return defaultdict(int, d)
"""

CASE = Case(
    "order",
    MAIN,
    {
        "of_globals()": str(
            ["b", "a", "3", "(1, 2)", "zinc", "argon", "carbon", "z", "a", "b"]
        ),
        "turned({'a': 1, 'c': 3, 'b': 2})": "{'b': 2, 'c': 3, 'a': 1}",
        "typed({'b': 1, 'a': 2})": "{'a': 2, 'b': 1}",
        "mapping({'b': 1, 'a': 2})": "{'a': 2, 'b': 1}",
        "pairs({10: 1, 'a': 2, 9: 3})": "['10', 'a', '9']",
        "held(Holder({'z': 1, 'b': 2}))": "Holder(parts={'z': 1, 'b': 2, 'a': 0})",
        "loose({'b': {'d': 1, 'c': 2}, 'a': 3})": (
            "{'z': {'b': {'d': 1, 'c': 2}, 'a': 3}, 'y': ['b', 'a']}"
        ),
        "counted('zzaab')": "Counter({'z': 2, 'a': 2, 'b': 1})",
        "default({'b': 1, 'a': 2})": "defaultdict(<class 'int'>, {'b': 1, 'a': 2})",
    },
    {"settings.py": MODULE},
)


@pytest.mark.parametrize("way", WAYS)
def test_dicts_have_the_order_that_they_have_in_plain_python(way, outcome):
    CASE.check(outcome(CASE, way))
