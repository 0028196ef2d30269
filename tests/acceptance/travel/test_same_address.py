"""An operation has the same address wherever it is built."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from .projects import Done, Project
from .starts import COMMON_FIRST, NEEDS, STARTS

GRAPHS = """
import enum, functools
from dataclasses import dataclass
import funsies as f

SCALE = 3
WEIGHTS = {"second": 2, "first": 1}
def weighed(x: int) -> int:
    return next(iter(WEIGHTS.values())) * x

def kept(x: int, **parts: int) -> list[str]:
    return list(parts)

class Colour(enum.Enum):
    RED = 1
    BLUE = 2

@dataclass
class Point:
    x: int
    colour: Colour = Colour.RED
    def moved(self, by: int) -> int:
        return self.x + by * SCALE

def helper(x: int) -> int:
    return x * SCALE

def inner(x: int) -> int:
    return helper(x) + 1

def items(n: int) -> list[int]:
    return list(range(n))

def adder(n):
    def add(x: int) -> int:
        return helper(x) + n
    return add

def at(point: Point) -> Point:
    return Point(point.moved(1), Colour.BLUE)

@f.task
def half(x: int) -> float:
    return helper(x) / 2

def grow(n: int) -> f.Artefact[int]:
    return f.reduce(inner, n)

def grow_again(n: int) -> f.Artefact[int]:
    return f.put(n).bind(grow)

def rescue(error: f.Error) -> f.Artefact[int]:
    return f.reduce(lambda x: x + 2, SCALE, out=int)

def split_two(n: int) -> list[int]:
    return [n, n + 1]

def first(parts: list) -> f.Artefact[int]:
    return parts[0]

def pair(x: int) -> tuple[int, str]:
    return inner(x), "a"

def built(n):
    wrong = f.morph(int, "no number", out=int)
    return {
        "reduce": f.reduce(inner, n),
        "morph": f.morph(helper, n),
        "py": f.py(pair, n)[1],
        "lambda": f.reduce(lambda x: x + 1, n, out=int),
        "other lambda": f.reduce(lambda x: x + 2, n, out=int),
        "closure": f.reduce(adder(2), n),
        "partial": f.reduce(functools.partial(pow, exp=2), n, out=int),
        "partial with keywords": f.reduce(functools.partial(kept, b=n, a=1), n),
        "keywords": f.task(kept)(n, b=n, a=1),
        "class": f.reduce(at, Point(n)),
        "enum": f.reduce(lambda c: c is Colour.RED, Colour.BLUE, out=bool),
        "method": f.reduce(Point(4).moved, n),
        "task": half(n),
        "library": f.reduce(max, n, 3),
        "global dict": f.reduce(weighed, n),
        "dict": f.reduce(lambda d: list(d), {"b": n, "a": n}, out=list[str]),
        "shell": f.shell(f"echo {n} > a", out=["a"]).out["a"],
        "template": f.template("{{n}} times", {"n": f.reduce(inner, n)}),
        "map": f.put(n).map(inner),
        "map_each": f.map_each(inner, f.reduce(items, n)),
        "map_each of a lambda": f.map_each(lambda x: x + SCALE, f.reduce(items, n)),
        "sac": f.dynamic.sac(split_two, lambda x: f.reduce(inner, x), first, n),
        "bind": f.put(n).bind(grow),
        "bind of a lambda": f.put(n).bind(lambda x: f.reduce(inner, x)),
        "nested bind": f.put(n).bind(grow_again),
        "lash": wrong.lash(rescue),
    }

SALT = "the way in which this program is started"
def report(n: int) -> dict[str, str]:
    assert SALT
    with f.Fun(f.Server("memory://")):
        return {name: artefact.hash for name, artefact in built(n).items()}

def reported(n: int) -> f.Artefact[dict[str, str]]:
    return f.put(report(n))

def reported_later(n: int) -> f.Artefact[dict[str, str]]:
    return f.put(n).bind(reported)

def reported_by_step(n: int) -> f.Artefact[dict[str, str]]:
    return f.reduce(report, n)

def reported_in_each(n: int) -> f.Artefact[list[dict[str, str]]]:
    return f.map_each(report, f.reduce(lambda x: [x], n, out=list[int]))

def first_report(parts: list) -> f.Artefact[dict[str, str]]:
    return parts[0]

def rescued(error: f.Error) -> f.Artefact[dict[str, str]]:
    return f.reduce(report, 2)

def routes():
    wrong = f.morph(int, "nothing", out=int)
    here = f.options(distributed=False)
    pick = lambda several: several[0]
    return {
        "reduce": f.reduce(report, 2),
        "map": f.put(2).map(report),
        "bind": f.put(2).bind(reported),
        "bind of bind": f.put(2).bind(reported_later),
        "step of bind": f.put(2).bind(reported_by_step),
        "map_each of bind": f.put(2).bind(reported_in_each).map(pick),
        "map_each": f.map_each(report, f.reduce(lambda: [2], out=list[int])).map(pick),
        "lash": wrong.lash(rescued),
        "sac": f.dynamic.sac(split_two, lambda x: f.reduce(report, x), first_report, 2),
        "distributed=False": f.reduce(report, 2, name="here", opt=here),
    }

def seen(artefact):
    try:
        return f.take(artefact)
    except f.UnwrapError as problem:
        return {"failed": str(problem)}

with f.Fun():
    here = report(2)
    there = routes()
    _ = f.execute(*there.values())
    f.wait_for(*there.values())
    import json
    print(json.dumps([here, {way: seen(artefact) for way, artefact in there.items()}]))

"""

SALT = "the way in which this program is started"


class Reports:
    """What programs say about the addresses of what they, and their steps, build.

    Args:
        url: of the server that the programs use.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._known: dict[str, Done] = {}

    def of(self, start: str) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
        """Addresses by the graph's name: in the program, and by the way to a worker."""
        if start in NEEDS:
            pytest.importorskip(NEEDS[start])
        if start not in self._known:
            self._known[start] = self._run(start)
        here, there = json.loads(self._known[start].lines[-1])
        return here, there

    def _run(self, start: str) -> Done:
        with tempfile.TemporaryDirectory(prefix="ft") as place:
            project = Project(Path(place).resolve(), self._url)
            text = GRAPHS.replace(SALT, start)  # or the steps would be known from other starts
            if start == "memory://":
                project.server = "memory://"
                return STARTS["python script.py"](project, text)
            return STARTS[start](project, text)


@pytest.fixture(scope="module")
def reports(pool) -> Iterator[Reports]:
    return Reports(pool.url)


@pytest.mark.slow
@pytest.mark.parametrize("start", [*COMMON_FIRST, "memory://"])
def test_workers_build_the_addresses_that_the_program_builds(start, reports):
    here, there = reports.of(start)
    assert _differences(here, there) == {}


CONSOLE = () if sys.version_info >= (3, 13) else ("the interactive console",)
WITHOUT_TEXT = ("a pipe", "exec of a text", *CONSOLE)
"""Nobody can read these programs again: their functions count by their bytecode.

The console of Python 3.13 keeps what was typed.
"""


@pytest.mark.slow
@pytest.mark.parametrize("start", WITHOUT_TEXT)
def test_a_program_without_a_text_has_addresses_of_its_own(start, reports):
    """The same each time, and never that of another function."""
    expected, _ = reports.of("python script.py")
    here, _ = reports.of(start)
    assert here["library"] == expected["library"]
    assert here["reduce"] != expected["reduce"]
    assert len(set(here.values())) == len(set(expected.values()))


WITH_TEXT = [each for each in COMMON_FIRST if each.values[0] not in WITHOUT_TEXT]


@pytest.mark.parametrize("start", [*WITH_TEXT[1:], "memory://"])
def test_the_address_does_not_depend_on_how_the_program_is_started(start, reports):
    expected, _ = reports.of("python script.py")
    here, _ = reports.of(start)
    assert _differences(expected, {start: here}) == {}


def _differences(here: dict[str, str], there: dict[str, dict[str, str]]) -> dict:
    """By the way: the graphs whose address is another one, or why there are none."""
    found = {
        way: addresses.get("failed")
        or [name for name in here if here[name] != addresses.get(name)]
        for way, addresses in there.items()
    }
    return {way: names for way, names in found.items() if names}


ONE_GRAPH = {"map": "reduce"}
"""By name: the name of a graph that says the same."""


def test_different_graphs_have_different_addresses(reports):
    here, _ = reports.of("python script.py")
    assert all(here[name] == here[other] for name, other in ONE_GRAPH.items())
    others = [address for name, address in here.items() if name not in ONE_GRAPH]
    assert len(set(others)) == len(others)
