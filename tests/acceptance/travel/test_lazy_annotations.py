"""Annotations that nobody has evaluated yet (Python 3.14) mean on a worker what they say."""

from __future__ import annotations

import sys

import pytest

from .cases import WAYS, Case

pytestmark = pytest.mark.skipif(
    sys.version_info < (3, 14), reason="annotations are evaluated at once before Python 3.14"
)

MAIN = """
import functools
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated, NamedTuple, TypedDict

if TYPE_CHECKING:
    from decimal import Decimal
    from fractions import Fraction as Part

    from kinds import Checked

import kinds


def only_checked(number: Decimal) -> Part:
    from fractions import Fraction

    return Fraction(number)


def later(tree: Tree) -> int:
    return tree.size


@dataclass
class Tree:
    size: int
    left: Tree | None = None
    weight: Decimal | None = None


def grown(size: int) -> Tree:
    return Tree(size, Tree(size - 1))


class Pair(NamedTuple):
    first: Tree
    second: int


class Options(TypedDict, total=False):
    depth: int
    tree: Tree


def paired(options: Options) -> Pair:
    return Pair(options["tree"], options["depth"])


def elsewhere(thing: Checked) -> list[Checked]:
    return [thing, thing]


def generic[T](things: list[T], default: T) -> T:
    return things[0] if things else default


def inner(number: int):
    class Local:
        size: number
        tree: Tree

    @dataclass
    class Other:
        size: int
        local: Local | None = None

    return Other(number).size, str(Local.__annotations__), [f.name for f in fields(Other)]


def logged(function):
    @functools.wraps(function)
    def wrapper(*arguments, **options):
        return function(*arguments, **options)

    return wrapper


@logged
def wrapped(tree: Tree, factor: Annotated[int, "times"] = 2) -> Tree:
    return Tree(tree.size * factor)


def fields_of_options(number: int) -> list[str]:
    return sorted(Options.__annotations__)


def fields_of_box(number: int) -> list[str]:
    return sorted(Box.__annotations__)


def fields_of_tree(number: int) -> list[str]:
    import annotationlib

    return sorted(annotationlib.get_annotations(Tree, format=annotationlib.Format.STRING))


def own_annotations(number: int) -> list[str]:
    return [str(each) for each in grown.__annotations__.values()]


class Box:
    content: Tree
    if len("ab") == 2:
        more: int

    def put(self, tree: Tree) -> Box:
        self.content = tree
        return self


def boxed(size: int) -> int:
    return Box().put(Tree(size)).content.size
"""

KINDS = """
from dataclasses import dataclass


@dataclass
class Checked:
    name: str
    next: Checked | None = None
"""

CALLS = {
    "only_checked(__import__('decimal').Decimal('0.5'))": "1/2",
    "later(Tree(3))": "3",
    "grown(2)": "Tree(size=2, left=Tree(size=1, left=None, weight=None), weight=None)",
    "paired({'depth': 2, 'tree': Tree(1)})": (
        "Pair(first=Tree(size=1, left=None, weight=None), second=2)"
    ),
    "elsewhere(kinds.Checked('a'))": (
        "[Checked(name='a', next=None), Checked(name='a', next=None)]"
    ),
    "generic([1, 2], 3)": "1",
    "wrapped(Tree(2))": "Tree(size=4, left=None, weight=None)",
    "fields_of_tree(1)": "['left', 'size', 'weight']",
    "fields_of_options(1)": "['depth', 'tree']",
    "fields_of_box(1)": "['content', 'more']",
    "inner(1)": "(1, \"{'size': 1, 'tree': <class '__main__.Tree'>}\", ['size', 'local'])",
    "own_annotations(1)": "[\"<class 'int'>\", \"<class '__main__.Tree'>\"]",
    "boxed(5)": "5",
}


@pytest.mark.parametrize("way", WAYS)
def test_annotations_mean_what_they_say(way, outcome):
    case = Case("lazy annotations", MAIN, CALLS, {"kinds.py": KINDS})
    case.check(outcome(case, way))
