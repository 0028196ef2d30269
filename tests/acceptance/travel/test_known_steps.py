"""What a step builds on a worker is the step that the program builds, and is not run again."""

from __future__ import annotations

import json

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from .starts import COMMON_FIRST, NEEDS, STARTS

NOTED = """
import funsies as f

OFFSET = 7
def helper(x: int) -> int:
    return x + OFFSET

def noted(x: int) -> int:
    with open("PLACE/runs", "a") as file:
        _ = file.write(f"{x}\\n")
    return helper(x)

def items(n: int) -> list[int]:
    return list(range(n))

def first(parts: list) -> f.Artefact[int]:
    return parts[0]

def one(n: int) -> f.Artefact[int]:
    return f.reduce(noted, n)

def nested(n: int) -> f.Artefact[int]:
    return f.put(n).bind(one)

def instead(error: f.Error) -> f.Artefact[int]:
    return f.reduce(noted, 40)

def grown():
    yield f.map_each(noted, f.reduce(items, 3))
    yield f.dynamic.sac(lambda n: [n, n + 1], lambda x: f.reduce(noted, x), first, 10, out=int)
    yield f.put(20).bind(one)
    yield f.put(30).bind(nested)
    yield f.morph(int, "no number", out=int).lash(instead)
    yield f.put(50).bind(lambda n: f.reduce(noted, n))
    yield f.put(60).bind(lambda n: f.put(n).map(noted))

def runs():
    return sorted(int(line) for line in open("PLACE/runs"))

with f.Fun():
    steps = list(grown())
    _ = f.execute(*steps)
    f.wait_for(*steps)
    before = runs()
    values = [f.take(step) for step in steps]
    again = [f.reduce(noted, n) for n in (0, 1, 2, 10, 20, 30, 40, 50, 60)]
    _ = f.execute(*again)
    f.wait_for(*again)
    print(values)
    print(before)
    print(runs() == before)

"""

VALUES = [[7, 8, 9], 17, 27, 37, 47, 57, 67]
RUNS = [0, 1, 2, 10, 11, 20, 30, 40, 50, 60]


@pytest.mark.slow
@pytest.mark.parametrize("start", COMMON_FIRST)
def test_what_steps_have_built_and_run_the_program_need_not_run_again(start, project):
    """``sac`` also builds a step, for 11, that nobody asks for."""
    if start in NEEDS:
        pytest.importorskip(NEEDS[start])
    done = STARTS[start](project, NOTED.replace("PLACE", str(project.place)))
    asked_for = [number for number in RUNS if number != 11]
    assert done.lines == [str(VALUES), str(asked_for), "True"]


SHAPES = """
import enum
import functools
import json
import sys
from dataclasses import dataclass

import funsies as f
import library

SCALE = 3


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
    return library.scaled(x) * SCALE


def adder(n):
    return lambda x: helper(x) + n


def grow(n: int) -> f.Artefact[int]:
    return f.reduce(helper, n).map(lambda x: x + 1)


def grow_twice(n: int) -> f.Artefact[int]:
    return f.put(n).bind(grow)


def instead(error: f.Error) -> f.Artefact[int]:
    return f.reduce(helper, SCALE)


def point(x: int) -> Point:
    return Point(x)


def moved(given: Point) -> int:
    return given.moved(2) if given.colour is Colour.RED else 0


MAKERS = {
    "helper": lambda x: f.reduce(helper, x),
    "library": lambda x: f.reduce(library.scaled, x),
    "lambda": lambda x: f.reduce(lambda n: n * SCALE, x, out=int),
    "closure": lambda x: f.reduce(adder(4), x, out=int),
    "partial": lambda x: f.reduce(functools.partial(pow, exp=2), x, out=int),
    "method": lambda x: f.reduce(Point(5).moved, x),
    "class": lambda x: f.reduce(point, x).map(moved),
    "bind": lambda x: x.bind(grow),
    "nested": lambda x: x.bind(grow_twice),
    "lash": lambda x: x.lash(instead),
    "map_each": lambda x: f.map_each(helper, x.map(lambda n: [n, n])).map(sum),
    "library graph": lambda x: library.graph(x),
    "add": lambda x, y: f.reduce(lambda a, b: a + b, x, y, out=int),
    "shell": lambda x, y: f.shell("cat a b", inp={"a": x, "b": y}).stdout.map(len),
}


def build(spec):
    if isinstance(spec, int):
        return f.put(spec)
    return MAKERS[spec[0]](*map(build, spec[1:]))


def address(spec: list) -> str:
    with f.Fun(f.Server("memory://")):
        return build(spec).hash


def addressed(spec: list) -> f.Artefact[str]:
    return f.put(build(spec).hash)


def addressed_later(spec: list) -> f.Artefact[str]:
    return f.put(spec).bind(addressed)


with f.Fun():
    specs = json.loads(sys.argv[1])
    here = [build(spec).hash for spec in specs]
    there = [f.reduce(address, spec) for spec in specs]
    there += [f.put(spec).bind(addressed) for spec in specs]
    there += [f.put(spec).bind(addressed_later) for spec in specs]
    _ = f.execute(*there)
    f.wait_for(*there)
    found = [f.take(step) for step in there]
    wrong = [spec for spec, a, b in zip(specs * 3, here * 3, found) if a != b]
    print(sorted(wrong, key=lambda spec: len(str(spec))))
"""

LIBRARY = """
import funsies as f

FACTOR = 2


def scaled(x: int) -> int:
    return FACTOR * x


def graph(x):
    return f.reduce(scaled, x).bind(lambda n: f.reduce(scaled, n))
"""

ONE_INPUT = st.sampled_from(
    [
        *("helper", "library", "library graph", "lambda", "closure", "partial", "method"),
        *("class", "bind", "nested", "lash", "map_each"),
    ]
)
TWO_INPUTS = st.sampled_from(["add", "shell"])


def _deeper(inner: st.SearchStrategy) -> st.SearchStrategy:
    one = st.tuples(ONE_INPUT, inner)
    two = st.tuples(TWO_INPUTS, inner, inner)
    return (one | two).map(list)


SPECS = _deeper(st.recursive(st.integers(0, 3), _deeper, max_leaves=4))


@pytest.mark.slow
@pytest.mark.parametrize("server", ["memory", "pool"])
def test_graphs_of_any_shape_have_the_same_address_on_a_worker(server, project):
    """Each example is a program with many graphs: programs cost more than graphs.

    The program names what it found, smallest first, so that nothing has to be made smaller.
    """
    project.write_files({"main.py": SHAPES, "library.py": LIBRARY})
    if server == "memory":
        project.server = "memory://"

    @settings(max_examples=4, phases=[Phase.generate])
    @given(st.lists(SPECS, min_size=20, max_size=20))
    def all_the_same(specs):
        assert project.run_loaded("main.py", json.dumps(specs)).lines == ["[]"]

    all_the_same()
