"""Steps see patched classes, shared objects and sentinels as the program has them."""

from __future__ import annotations

import pytest

from .cases import WAYS, Case

TOOLS = """
from collections import deque

_NONE = object()
RECENT = deque([1, 2], maxlen=5)
GRID = [[0, 0], [0, 0]]

DEFAULTS = {"rate": 1}
CURRENT = DEFAULTS
FIRST = [1]
SECOND = FIRST


class Tool:
    def name(self):
        return "module"

    @property
    def size(self):
        return 1

    @classmethod
    def kind(cls):
        return "original"


def plain(x):
    return x
"""

PLUGIN = """
K = 3

class Part:
    def size(self):
        return K

def go():
    return Part().size()
"""

MAIN = """
import enum
import importlib.util
from dataclasses import dataclass
from pathlib import Path

import tools


class Own:
    def value(self) -> int:
        return 1


def new_value(self) -> int:
    return 2


Own.value = new_value
Own.late = lambda self: 4
Own.__len__ = lambda self: 9
tools.Tool.name = lambda self: "script"
tools.Tool.size = property(lambda self: 200)
tools.Tool.kind = classmethod(lambda cls: "patched")
tools.Tool.added = new_value
tools.plain.note = 3
tools.RECENT.append(3)

MISSING = object()
SHARED = [1]
PAIR = [SHARED, SHARED]


class Node:
    def __init__(self, parent=None):
        self.parent, self.children = parent, []
        if parent is not None:
            parent.children.append(self)


ROOT = Node()
LEAF = Node(ROOT)


class Base:
    def size(self) -> int:
        return 1


class Base(Base):
    def size(self) -> int:
        return super().size() + 10


class Flag(enum.IntFlag):
    A = 1
    B = 2
    C = A | B


@dataclass
class Result:
    energy: float


energy = (number for number in range(3))  # only a field is called so


def methods(x: int) -> list[int]:
    return [Own().value(), Own().late(), len(Own()), tools.Tool().added()]


def members_of_a_module(x: int) -> str:
    tool = tools.Tool()
    return f"{tool.name()} {tool.size} {tool.kind()} {tools.plain.note} {list(tools.RECENT)}"


def looked_up(key: int, default=MISSING) -> bool:
    return default is MISSING


def sentinel(x: int) -> bool:
    return looked_up(x) and MISSING is MISSING


def shared(x: int) -> list[bool]:
    return [PAIR[0] is SHARED, PAIR[1] is SHARED, LEAF.parent is ROOT, ROOT.children[0] is LEAF]


def redefined(x: int) -> int:
    return Base().size()


def flags(x: int) -> str:
    return repr((Flag.A | Flag.B, Flag.C, Flag.C is Flag(3)))


def field(x: int) -> float:
    return Result(x / 2).energy


_spec = importlib.util.spec_from_file_location(
    "a_plugin", Path(__file__).parent / "plugins" / "plugin.py"
)
plugin = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(plugin)


def plugged(x: int) -> int:
    return plugin.go() + x


tools.CURRENT = {"rate": 2}
tools.FIRST = [3]


def no_longer_one(x: int) -> str:
    return f"{tools.DEFAULTS} {tools.CURRENT} {tools.SECOND} {tools.FIRST}"
"""

CASE = Case(
    "patched and shared",
    MAIN,
    {
        "methods(1)": "[2, 4, 9, 2]",
        "members_of_a_module(1)": "script 200 patched 3 [1, 2, 3]",
        "sentinel(1)": "True",
        "looked_up(1)": "True",
        "shared(1)": "[True, True, True, True]",
        "redefined(1)": "11",
        "flags(1)": "(<Flag.C: 3>, <Flag.C: 3>, True)",
        "field(1)": "0.5",
        "plugged(1)": "4",
        "no_longer_one(1)": "{'rate': 1} {'rate': 2} [1] [3]",
    },
    {"tools.py": TOOLS, "plugins/plugin.py": PLUGIN},
)


@pytest.mark.parametrize("way", WAYS)
def test_patched_classes_shared_objects_and_sentinels_are_as_in_plain_python(way, outcome):
    CASE.check(outcome(CASE, way))
