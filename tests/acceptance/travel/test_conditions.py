"""What a program has made under a condition, or changed later, is what its steps have."""

from __future__ import annotations

import pytest

from .cases import WAYS, Case
from .starts import STARTS

CHOOSING = """
import dataclasses
import enum
import functools
import os
from typing import NamedTuple

IS_PROGRAM = "ONLY_HERE" in os.environ


def tagged(tag):
    def decorate(function):
        @functools.wraps(function)
        def wrapper():
            return tag + function()

        return wrapper

    return decorate


if IS_PROGRAM:
    import engines.fast as engine
    from engines.fast import run

    def chosen():
        return "program"

    @tagged("program ")
    def decorated():
        return "program"

    class Base:
        def name(self):
            return "program"

else:
    import engines.slow as engine
    from engines.slow import run

    def chosen():
        return "worker"

    @tagged("worker ")
    def decorated():
        return "worker"

    class Base:
        def name(self):
            return "worker"


try:
    LEVEL = int(os.environ["ONLY_HERE"])
except KeyError:
    def tried():
        return "worker"
else:
    def tried():
        return "program"


class Derived(Base):
    if IS_PROGRAM:
        def where(self):
            return f"program {super().name()}"

        @staticmethod
        def static():
            return "program"

        @property
        def late(self):
            return "program"
    else:
        def where(self):
            return f"worker {super().name()}"

        @staticmethod
        def static():
            return "worker"

        @property
        def late(self):
            return "worker"


class Chosen:
    method = (lambda self: "program") if IS_PROGRAM else (lambda self: "worker")


class Number(int):
    unit = "m"


number = Number(1 if IS_PROGRAM else 2)
number.kind = "length"
partial = functools.partial(max, 1 if IS_PROGRAM else 2)


class Mode(enum.Enum):
    ONE = 1
    if IS_PROGRAM:
        def shown(self):
            return "program"
    else:
        def shown(self):
            return "worker"


@dataclasses.dataclass
class Settings:
    threads: int = 1 if IS_PROGRAM else 2
    parts: list[int] = dataclasses.field(default_factory=list)
    _: dataclasses.KW_ONLY
    place: str = os.environ.get("ONLY_HERE", "worker")


class Point(NamedTuple):
    x: int = 1 if IS_PROGRAM else 2


def uses():
    return f"{chosen()} {run()} {engine.run()}"
"""

IN_MODULES = Case(
    "made under a condition of a module",
    """
import os

os.environ["ONLY_HERE"] = "1"

import choosing


def functions() -> str:
    return f"{choosing.uses()} {choosing.tried()} {choosing.decorated()}"


def methods() -> str:
    made = choosing.Derived()
    return f"{choosing.Base().name()} {made.where()} {made.static()} {made.late}"


def members() -> str:
    return f"{choosing.Mode.ONE.shown()} {choosing.Chosen().method()}"


def values() -> str:
    return f"{choosing.number} {choosing.number.kind} {choosing.partial(0)}"


def one_class() -> bool:
    return isinstance(choosing.Derived(), choosing.Base)


def fields() -> str:
    return f"{choosing.Settings()} {choosing.Settings(3, place='here')} {choosing.Point()}"
""",
    {
        "functions()": "program fast fast program program program",
        "methods()": "program program program program program",
        "members()": "program program",
        "values()": "1 length 1",
        "one_class()": "True",
        "fields()": "Settings(threads=1, parts=[], place='1') "
        "Settings(threads=3, parts=[], place='here') Point(x=1)",
    },
    {
        "choosing.py": CHOOSING,
        "engines/__init__.py": "",
        "engines/fast.py": 'def run():\n    return "fast"\n',
        "engines/slow.py": 'def run():\n    return "slow"\n',
    },
)

IN_SCRIPT = Case(
    "made under a condition of a script",
    """
import dataclasses
import enum
import sys
from contextlib import nullcontext
from typing import NamedTuple, TypedDict

if sys.version_info >= (3, 8):

    class Colour(enum.Enum):
        RED = 1, "r"

        def __init__(self, number, letter):
            self.letter = letter

    class Slots:
        __slots__ = ("value",)

    try:
        import no_such_module
    except ImportError:

        class Base:
            def __init_subclass__(cls, key):
                cls.key = key

        class Keyed(Base, key="given"):
            pass

else:

    class Colour(enum.Enum):
        RED = 1

with nullcontext():

    class Fields(TypedDict):
        x: int

    @dataclasses.dataclass(slots=True)
    class Pair:
        one: int
        other: int = 2

match sys.platform:
    case _:

        class Point(NamedTuple):
            x: int = 3


def members() -> str:
    return Colour.RED.letter


def keywords() -> str:
    return Keyed.key


def slots() -> list[bool]:
    return [hasattr(Slots(), "__dict__"), hasattr(Pair(1), "__dict__")]


def others() -> str:
    return f"{Fields(x=1)} {Pair(1)} {Point()}"
""",
    {
        "members()": "r",
        "keywords()": "given",
        "slots()": "[False, False]",
        "others()": "{'x': 1} Pair(one=1, other=2) Point(x=3)",
    },
)

CHANGED = Case(
    "classes and functions that the program changes",
    """
import shapes


class Always:
    def __init__(self, value):
        self.value = value

    def __get__(self, thing, kind=None):
        return self.value


class Leaf:
    name = "leaf"


class Node:
    default = None


Node.default = Leaf
Node.itself = Node
Node.always = Always("always")
shapes.Shape.default = Leaf
shapes.Shape.Meta.level = 7
shapes.Shape.Inner = Leaf
shapes.Shape.always = Always("always")
shapes.first.__code__ = shapes.second.__code__
shapes.engine = shapes.fast


def of_the_script() -> str:
    return f"{Node.default.name} {Node.itself is Node} {Node().always}"


def of_a_module() -> str:
    shape = shapes.Shape
    return f"{shape.default.name} {shape.Inner.name} {shape().always} {shape.Meta.level}"


def code() -> str:
    return shapes.first()


def modules() -> str:
    return f"{shapes.engine.NAME} {shapes.which()}"
""",
    {
        "of_the_script()": "leaf True always",
        "of_a_module()": "leaf leaf always 7",
        "code()": "second",
        "modules()": "fast fast",
    },
    {
        "shapes.py": """
import fast
import slow as engine


class Shape:
    default = None
    always = "never"

    class Inner:
        name = "inner"

    class Meta:
        level = 1


def first():
    return "first"


def second():
    return "second"


def which():
    return engine.NAME
""",
        "fast.py": 'NAME = "fast"\n',
        "slow.py": 'NAME = "slow"\n',
    },
)

TYPED_DICTS = Case(
    "typed dicts",
    """
import typing
from typing import NotRequired, Required, TypedDict

Plain = TypedDict("Plain", {"x": int})
Odd = TypedDict("Odd", {"class": int, "with-dash": str}, total=False)
Chain = TypedDict("Chain", {"next": "Chain | None", "value": int})
Whole = TypedDict("Whole", {"odd": list[Odd], "more": NotRequired[int]})


def make():
    class Local(TypedDict, total=False):
        a: int
        b: Required[str]

    return Local


Local = make()


def read(plain: Plain) -> int:
    return plain["x"]


def follow(chain: Chain) -> int:
    return chain["next"]["value"]


def extended(whole: Whole) -> Whole:
    return Whole(odd=[*whole["odd"], Odd({"class": 1})])


def keys() -> str:
    required = sorted(Local.__required_keys__), sorted(Whole.__required_keys__)
    return f"{required} {Local.__total__} {typing.get_type_hints(Plain)} {Local(b='b')}"
""",
    {
        "read({'x': 3})": "3",
        "follow({'next': {'next': None, 'value': 2}, 'value': 1})": "2",
        "extended({'odd': []})": "{'odd': [{'class': 1}]}",
        "keys()": "(['b'], ['odd']) False {'x': <class 'int'>} {'b': 'b'}",
    },
)

IN_LIBRARIES = Case(
    "functions that the program puts into libraries",
    """
import builtins
import json
import textwrap

import writing

shorten = textwrap.shorten


def shortened(text, width):
    return "short: " + shorten(text, width)


textwrap.shorten = shortened
json.twice = lambda thing: json.dumps([thing, thing])
builtins.shout = lambda text: text.upper()


def used() -> str:
    return f"{textwrap.shorten('a  b', 9)}, {json.twice(1)}, {shout('c')}"


def used_in_a_module() -> str:
    return writing.short("a  b")
""",
    {
        "used()": "short: a b, [1, 1], C",
        "used_in_a_module()": "short: a b",
    },
    {
        "writing.py": """
import textwrap


def short(text):
    return textwrap.shorten(text, 9)
"""
    },
)

REGISTRY = Case(
    "classes that enter themselves into a registry of a module",
    """
from operations import Operation, run


class Half(Operation, key="half"):
    def of(self, number):
        return number / 2


def result(key: str, number: float) -> float:
    return run(key, number)
""",
    {"result('half', 3.0)": "1.5", "result('twice', 3.0)": "6.0"},
    {
        "operations.py": """
KNOWN = {}


class Operation:
    count = 0

    def __init_subclass__(cls, key):
        global last
        last = KNOWN[key] = cls
        Operation.count += 1


class Twice(Operation, key="twice"):
    def of(self, number):
        return number * 2


def run(key, number):
    return KNOWN[key]().of(number)
"""
    },
)

CASES = [REGISTRY, IN_MODULES, IN_SCRIPT, CHANGED, TYPED_DICTS, IN_LIBRARIES]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_the_program_has_made_is_what_steps_have(case, way, outcome):
    case.check(outcome(case, way))


PATCHED = """
import sys
import textwrap

import funsies as f
import writing


def first(text, width):
    return "first"


def second(text, width):
    return "second"


def used() -> str:
    return textwrap.shorten("a", 9)


def in_a_module() -> str:
    return writing.short("a")


with f.Fun():
    addresses = []
    for textwrap.shorten in (textwrap.shorten, first, second):
        addresses.append((f.reduce(used).hash, f.reduce(in_a_module).hash))
    print([len(set(each)) for each in zip(*addresses)])
"""


def test_what_the_program_puts_into_a_library_counts(project):
    project.server = "memory://"
    project.write_files({**IN_LIBRARIES.files, "script.py": PATCHED})

    done = project.run_loaded("script.py")

    assert done.out == "[3, 3]\n", done.err


SUBMODULES = """
import concurrent.futures.thread
import xml.dom.minidom

import parts.inner.leaf
import spread.part

import funsies as f

def of_a_library() -> str:
    return xml.dom.minidom.parseString("<a/>").documentElement.tagName

def of_the_project() -> str:
    return parts.inner.leaf.NAME + " " + spread.part.NAME

with f.Fun():
    steps = [f.reduce(of_a_library), f.reduce(of_the_project)]
    f.execute(*steps).wait()
    print(*map(f.take, steps))
"""


@pytest.mark.parametrize("start", ["a pipe", "exec of a text", "python script.py"])
def test_modules_inside_of_packages_are_imported_however_the_program_was_started(
    start, project
):
    project.write_files(
        {
            "parts/__init__.py": "",
            "parts/inner/__init__.py": '"""It imports nothing."""\n',
            "parts/inner/leaf.py": 'NAME = "leaf"\n',
            "spread/part.py": 'NAME = "part"\n',
        }
    )

    done = STARTS[start](project, SUBMODULES)

    assert done.out.split() == ["a", "leaf", "part"], done.err


NESTED = """
import funsies as f

class Base:
    class Meta:
        level = 1

class Model(Base):
    class Meta(Base.Meta):
        level = 2
        class Deeper:
            level = 3

def levels() -> list[int]:
    return [Base.Meta.level, Model.Meta.level, Model.Meta.Deeper().level]

with f.Fun():
    step = f.reduce(levels)
    f.execute(step).wait()
    print(f.take(step))
"""


@pytest.mark.parametrize("start", ["a pipe", "exec of a text", "python script.py"])
def test_classes_inside_of_classes_travel_however_the_program_was_started(start, project):
    done = STARTS[start](project, NESTED)

    assert done.out == "[1, 2, 3]\n", done.err


KEYWORDS = """
class Base:
    made = []

    def __init_subclass__(cls, key):
        cls.key = key
        Base.made = [*Base.made, cls]

class Keyed(Base, key="given"):
    pass

import funsies as f

def keyed() -> str:
    return Keyed.key

with f.Fun():
    step = f.reduce(keyed)
    f.execute(step).wait()
    print(f.take(step), len(Base.made))
"""


def test_a_program_that_runs_steps_itself_makes_none_of_its_classes_again(project):
    project.server = "memory://"

    done = STARTS["a pipe"](project, KEYWORDS)

    assert done.out.split() == ["given", "1"], done.err
