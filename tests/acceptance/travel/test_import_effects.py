"""What importing a module does has been done in the process that runs a step."""

from __future__ import annotations

import pytest

from .cases import WAYS, Case

REGISTRY = """
KINDS = {}
ORDER = []


def register(name):
    def decorate(function):
        KINDS[name] = function
        ORDER.append(name)
        return function

    return decorate


class Accessors:
    pass
"""

PLUGINS = {
    "registry.py": REGISTRY,
    "first.py": """
import registry


@registry.register("first")
def first(x):
    return x + 1


registry.Accessors.first = property(lambda self: "accessed")
""",
    "plug/__init__.py": """
import importlib
import pkgutil

for found in sorted(each.name for each in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"plug.{found}")
""",
    "plug/alpha.py": """
import registry


@registry.register("alpha")
def alpha(x):
    return x * 2
""",
    "plug/beta.py": """
import registry


@registry.register("beta")
def beta(x):
    return x * 3
""",
}

CASES = [
    Case(
        "registries that imported modules fill",
        """\
import first
import plug
import registry


def run(name: str) -> int:
    return registry.KINDS[name](5)


def names(x: int) -> list[str]:
    return registry.ORDER


def accessed(x: int) -> str:
    return registry.Accessors().first


def same(x: int) -> bool:
    import first as again
    import plug.alpha

    kinds = registry.KINDS
    return kinds["first"] is again.first and kinds["alpha"] is plug.alpha.alpha


def found(x: int) -> list[str]:
    import pkgutil

    import plug

    return sorted(each.name for each in pkgutil.iter_modules(plug.__path__))
""",
        {
            "run('first')": "6",
            "run('beta')": "15",
            "names(1)": "['first', 'alpha', 'beta']",
            "accessed(1)": "accessed",
            "same(1)": "True",
            "found(1)": "['alpha', 'beta']",
        },
        PLUGINS,
    ),
    Case(
        "settings of the standard library",
        """\
import codecs
import decimal
import sys
import warnings
from decimal import Decimal

import setup_all


def third(x: int) -> str:
    return str(Decimal(x) / 3)


def context(x: int) -> str:
    return decimal.getcontext().rounding


def limit(x: int) -> int:
    return sys.getrecursionlimit()


def deep(x: int) -> int:
    return x if x == 0 else 1 + deep(x - 1)


def encoded(text: str) -> str:
    return text.encode("backwards").decode()


def on_error(text: str) -> str:
    return text.encode("ascii", "starred").decode()


def warned(x: int) -> str:
    try:
        warnings.warn("this", setup_all.Ours, stacklevel=1)
    except setup_all.Ours as problem:
        return f"an error: {problem}"
    return "only a warning"
""",
        {
            "third(1)": "0." + 50 * "3",
            "context(1)": "ROUND_DOWN",
            "limit(1)": "4321",
            "deep(2500)": "2500",
            "encoded('abc')": "cba",
            "on_error('aé')": "a*",
            "warned(1)": "an error: this",
        },
        {
            "setup_all.py": """
import codecs
import decimal
import sys
import warnings

decimal.getcontext().prec = 50
decimal.getcontext().rounding = decimal.ROUND_DOWN
sys.setrecursionlimit(4321)


class Ours(UserWarning):
    pass


warnings.simplefilter("error", Ours)


def _encode(text, errors="strict"):
    return text[::-1].encode(), len(text)


def _decode(data, errors="strict"):
    return bytes(data)[::-1].decode(), len(data)


def _find(name):
    return codecs.CodecInfo(_encode, _decode, name=name) if name == "backwards" else None


codecs.register(_find)
codecs.register_error("starred", lambda problem: ("*", problem.end))
"""
        },
    ),
    Case(
        "singledispatch in other modules",
        """\
import shapes
import volumes


def of_ball(x: int) -> int:
    return shapes.volume(shapes.Ball(x))


def of_cube(x: int) -> int:
    return shapes.volume(volumes.Cube(x))


def direct(x: int) -> int:
    import volumes as again

    return shapes.volume(again.Cube(x)) + shapes.volume("other")


def dispatched(x: int) -> bool:
    return shapes.volume.dispatch(volumes.Cube) is volumes.of_cube
""",
        {"of_ball(2)": "32", "of_cube(3)": "27", "direct(1)": "0", "dispatched(1)": "True"},
        {
            "shapes.py": """
import functools


class Ball:
    def __init__(self, size):
        self.size = size


@functools.singledispatch
def volume(shape):
    return -1
""",
            "volumes.py": """
import shapes


class Cube:
    def __init__(self, size):
        self.size = size


@shapes.volume.register
def of_ball(shape: shapes.Ball):
    return 4 * shape.size**3


@shapes.volume.register
def of_cube(shape: Cube):
    return shape.size**3
""",
        },
    ),
    Case(
        "settings of numpy",
        """\
import numpy as np

import numbers_setup


def divided(x: int) -> str:
    try:
        np.array([1.0]) / np.array([0.0])
    except FloatingPointError as problem:
        return f"raised: {problem}"
    return "went on"


def shown(x: int) -> str:
    return str(np.array([1 / 3]))


def both(x: int) -> str:
    return f"{np.geterr()['divide']} {numbers_setup.NAME}"
""",
        {
            "divided(1)": "raised: divide by zero encountered in divide",
            "shown(1)": "[0.33]",
            "both(1)": "raise numbers",
        },
        {
            "numbers_setup.py": """
import numpy as np

NAME = "numbers"
np.seterr(all="raise")
np.set_printoptions(precision=2)
"""
        },
        ("numpy",),
    ),
    Case(
        "modules that change other modules",
        """\
import json

import patches
import target


def patched(x: int) -> int:
    return target.answer(x)


def inside(x: int) -> int:
    from target import answer

    return answer(x)


def method(x: int) -> str:
    return target.Kind().name()


def environment(x: int) -> str:
    import os

    return os.environ["PATCHED_BY"]


def default(x: int) -> str:
    return json.dumps(target.Kind(), default=patches.to_json)
""",
        {
            "patched(1)": "42",
            "inside(1)": "42",
            "method(1)": "patched",
            "environment(1)": "patches",
            "default(1)": '"a kind"',
        },
        {
            "target.py": """
class Kind:
    def name(self):
        return "original"


def answer(x):
    return x
""",
            "patches.py": """
import os

import target

os.environ["PATCHED_BY"] = "patches"
target.answer = lambda x: 42 * x
target.Kind.name = lambda self: "patched"


def to_json(thing):
    return "a kind"
""",
        },
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_step_finds_what_the_imports_of_the_program_have_done(case, way, outcome):
    case.check(outcome(case, way))
