"""A module of the project exists once in the process that runs a step, under its real name."""

from __future__ import annotations

import pytest

from .cases import WAYS, Case

SHAPES = """
import enum
import functools
from dataclasses import dataclass


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


@dataclass
class Circle:
    radius: float
    colour: Colour = Colour.RED


@functools.cache
def table(size: int) -> dict[int, int]:
    return {}


def area(shape: Circle) -> float:
    import shapes

    return 3 * shape.radius**2 if isinstance(shape, shapes.Circle) else 0.0


def is_red(shape: Circle) -> bool:
    from shapes import Colour as Again

    return shape.colour is Again.RED and Again is Colour


def remembers(size: int) -> int:
    import shapes

    table(size)[1] = size
    return len(shapes.table(size))


def makes(radius: float) -> Circle:
    import shapes as again

    return again.Circle(radius)


def catches(text: str) -> str:
    import shapes

    try:
        raise Wrong(text)
    except shapes.Wrong as problem:
        return f"caught {problem}"


class Wrong(Exception):
    pass
"""

PACKAGE = {
    "lab/__init__.py": "from . import units\n\nNAME = 'lab'\n",
    "lab/units.py": "class Metre:\n    symbol = 'm'\n",
    "lab/deep/__init__.py": "",
    "lab/deep/probe.py": """
import pkgutil
from importlib import resources
from pathlib import Path

from .. import units
from ..units import Metre


def same_class(value: int) -> bool:
    from .. import units as again
    from ..units import Metre as Other
    import lab.units

    return again is units is lab.units and Other is Metre is lab.units.Metre


def sibling(value: int) -> int:
    from . import twice

    return twice.twice(value)


def attribute(value: int) -> str:
    import lab.deep.twice

    return f"{lab.NAME} {lab.units.Metre.symbol} {lab.deep.twice.twice(value)}"


def beside(value: int) -> str:
    return (Path(__file__).parent / "data.txt").read_text().strip()


def resource(value: int) -> str:
    return resources.files("lab.deep").joinpath("data.txt").read_text().strip()


def by_pkgutil(value: int) -> str:
    return pkgutil.get_data("lab", "deep/data.txt").decode().strip()


def names(value: int) -> str:
    return f"{__name__} {__package__} {same_class.__module__}"


def found(value: int) -> list[str]:
    import lab.deep

    return sorted(each.name for each in pkgutil.iter_modules(lab.deep.__path__))
""",
    "lab/deep/twice.py": "def twice(value: int) -> int:\n    return 2 * value\n",
    "lab/deep/data.txt": "a line of data\n",
}

CASES = [
    Case(
        "a module that its own functions import",
        "import shapes\nfrom shapes import Circle, Colour\n",
        {
            "shapes.area(Circle(1.0))": "3.0",
            "shapes.is_red(Circle(1.0))": "True",
            "shapes.remembers(3)": "1",
            "shapes.makes(2.0)": "Circle(radius=2.0, colour=<Colour.RED: 1>)",
            "shapes.catches('this')": "caught this",
        },
        {"shapes.py": SHAPES},
    ),
    Case(
        "a module that functions of the script import",
        """\
import shapes


def is_circle(shape: shapes.Circle) -> bool:
    from shapes import Circle

    return type(shape) is Circle


def helper_sees(shape: shapes.Circle) -> float:
    import measure

    return measure.area(shape)


def names(number: int) -> str:
    import shapes as again

    return f"{again.__name__} {again.Circle.__module__} {again.Circle.__qualname__}"
""",
        {
            "is_circle(shapes.Circle(1.0))": "True",
            "helper_sees(shapes.Circle(1.0))": "3.0",
            "names(1)": "shapes shapes Circle",
        },
        {
            "shapes.py": SHAPES,
            "measure.py": """\
import shapes


def area(shape):
    return shapes.area(shape) if isinstance(shape, shapes.Circle) else 0.0
""",
        },
    ),
    Case(
        "settings that the program changes before it builds",
        """\
import settings
import solver

settings.N = 5
settings.LIMITS["low"] = 7
settings.NAMES.append("added")


def through_module(number: int) -> int:
    return settings.N


def inside(number: int) -> int:
    import settings as again

    return again.N


def helper(number: int) -> int:
    return solver.steps(number)


def containers(number: int) -> str:
    return solver.shown()
""",
        {
            "through_module(1)": "5",
            "inside(1)": "5",
            "helper(2)": "10",
            "containers(1)": "{'low': 7} ['first', 'added'] True",
            "solver.steps(3)": "15",
        },
        {
            "settings.py": "N = 1\nLIMITS = {'low': 0}\nNAMES = ['first']\n",
            "solver.py": """\
import settings
from settings import LIMITS, NAMES


def steps(number: int) -> int:
    return number * settings.N


def shown() -> str:
    import settings as again

    return f"{LIMITS} {NAMES} {again.LIMITS is LIMITS and again.NAMES is NAMES}"
""",
        },
    ),
    Case(
        "modules that import each other",
        """\
import even
import odd


def both(number: int) -> str:
    return f"{even.is_even(number)} {odd.is_odd(number)} {even.odd is odd and odd.even is even}"


def late(number: int) -> bool:
    from even import is_even

    return is_even is even.is_even
""",
        {
            "both(4)": "True False True",
            "late(1)": "True",
            "even.is_even(3)": "False",
            "odd.same(1)": "True",
            "even.Node.make(3)": "3",
        },
        {
            "even.py": """\
import odd


class Node:
    @classmethod
    def make(cls, number: int) -> int:
        return odd.depth(cls, number)


def is_even(number: int) -> bool:
    return number == 0 or odd.is_odd(number - 1)
""",
            "odd.py": """\
import even


def is_odd(number: int) -> bool:
    return number != 0 and even.is_even(number - 1)


def depth(kind: type, number: int) -> int:
    return number if kind is even.Node else -1


def same(number: int) -> bool:
    import odd

    return odd.is_odd is is_odd and odd.even.odd is odd
""",
        },
    ),
    Case(
        "packages with relative imports and data",
        "import lab\nfrom lab.deep import probe\n",
        {
            "probe.same_class(1)": "True",
            "probe.sibling(4)": "8",
            "probe.attribute(4)": "lab m 8",
            "probe.beside(1)": "a line of data",
            "probe.resource(1)": "a line of data",
            "probe.by_pkgutil(1)": "a line of data",
            "probe.names(1)": "lab.deep.probe lab.deep lab.deep.probe",
            "probe.found(1)": "['probe', 'twice']",
        },
        PACKAGE,
    ),
    Case(
        "namespace packages",
        """\
import space.first.part
from space.second import part


def combined(number: int) -> int:
    return space.first.part.one(number) + part.two(number)


def late(number: int) -> bool:
    import space.second.part as again

    return again is part


def namespace(number: int) -> bool:
    import space

    return getattr(space, "__file__", None) is None and space.second.part is part
""",
        {
            "combined(1)": "111",
            "late(1)": "True",
            "part.two(1)": "100",
            "space.first.part.one(2)": "12",
            "namespace(1)": "True",
        },
        {
            "space/first/part.py": "def one(number: int) -> int:\n    return 10 + number\n",
            "space/second/part.py": """\
def two(number: int) -> int:
    from space.first.part import one

    return 10 * (one(number) - number)
""",
        },
    ),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_module_is_there_once_as_in_plain_python(case, way, outcome):
    case.check(outcome(case, way))
