"""A descriptor says what a type is, and says the same in every process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, Flag
from pathlib import Path
from typing import (
    Annotated,
    Any,
    Generic,
    Literal,
    NamedTuple,
    NewType,
    Optional,
    TypedDict,
    TypeVar,
    Union,
)

import msgspec
import pytest
import typing_extensions

from funsies.core.encoding import encoding_of

T = TypeVar("T")
N = TypeVar("N", int, str)
B = TypeVar("B", bound="Leaf")
Meters = NewType("Meters", float)


@dataclass
class Leaf:
    value: int = 0


@dataclass
class Node:
    left: Node | Leaf | None
    right: Optional[Node] = None  # noqa: UP045  (people write it so)
    tags: set[str] = field(default_factory=set)


@dataclass
class Pair(Generic[T]):
    first: T
    second: T


@dataclass
class Named(Pair[str]):
    name: str


class Color(Enum):
    RED = 1
    BLUE = ("b", 2.5)
    OTHER = Path("x")


class Access(Flag):
    READ = 1
    WRITE = 2


class Row(NamedTuple):
    x: int
    y: str = ""


class Keys(TypedDict, total=False):
    b: int
    a: typing_extensions.Required[str]


class Held(msgspec.Struct):
    leaf: Leaf
    other: Leaf | None = None


descriptors = [
    (int, "int"),
    (None, "None"),
    (Any, "Any"),
    (bytes, "bytes"),
    (Meters, "float"),
    (Annotated[int, "a remark"], "int"),
    (Annotated[int, msgspec.Meta(ge=0)], "Annotated[int, ge=0]"),
    (list, "list[Any]"),
    (dict, "dict[Any, Any]"),
    (tuple, "tuple[Any, ...]"),
    (tuple[()], "tuple[()]"),
    (Union[str, int, None], "int | str | None"),  # noqa: UP007  (people write it so)
    (Union[float, int], "float"),  # noqa: UP007  (people write it so)
    (Literal["b", "a"], "Literal['a', 'b']"),
    (N, "int | str"),
    (T, "Any"),
    (list[B], "list[Leaf]\ndataclass Leaf(value: int = ...)"),
    (Color, "enum Color(RED=1, BLUE=('b', 2.5), OTHER=PosixPath)"),
    (Access, "flag Access(READ=1, WRITE=2)"),
    (Row, "namedtuple Row(x: int, y: str = ...)"),
    (Keys, "typeddict Keys(a: str, b?: int)"),
    (Pair[int], "dataclass Pair[int](first: int, second: int)"),
    (Named, "dataclass Named(first: str, second: str, name: str)"),
    (
        Node,
        (
            "dataclass Node(left: Leaf | Node | None, right: Node | None = ..., "
            "tags: set[str] = ...)\ndataclass Leaf(value: int = ...)"
        ),
    ),
    (
        Held,
        "struct Held(leaf: Leaf, other: Leaf | None = ...)\ndataclass Leaf(value: int = ...)",
    ),
    (
        Sequence[int] | None,
        "list[int] | bytes | deque[int] | range | tuple[int, ...] | None",
    ),
]


@pytest.mark.parametrize(("annotation", "expected"), descriptors, ids=str)
def test_a_descriptor_names_the_type_and_defines_its_classes(annotation, expected):
    descriptor = encoding_of(annotation).descriptor
    assert descriptor.removeprefix(descriptor.split("\n")[0] + "\n") == expected or (
        descriptor == expected
    )


def test_encodings_with_one_descriptor_are_the_same():
    assert encoding_of(int | str) == encoding_of(str | int)
    assert hash(encoding_of(int | str)) == hash(encoding_of(str | int))
    assert encoding_of(list[int]) != encoding_of(list[str])
    assert encoding_of(int) != "int"


def test_the_wire_says_how_bytes_are_to_be_shown():
    assert encoding_of(bytes).wire == "blob"
    assert encoding_of(bytes | None).wire == "json"
    assert encoding_of(bytes).encode(b"\xff") == b"\xff"


def test_an_annotation_is_compiled_once():
    assert encoding_of(list[int]) is encoding_of(list[int])


def test_a_change_of_a_field_changes_the_descriptor():
    """So that nothing stored for the old class is read as the new one."""

    def make(fields):
        return msgspec.defstruct("Config", fields)

    variants = [
        make([("a", int)]),
        make([("b", int)]),
        make([("a", str)]),
        make([("a", int, 1)]),
        make([("a", int), ("b", int)]),
        make([("b", int), ("a", int)]),
    ]
    assert len({encoding_of(one).descriptor for one in variants}) == len(variants)


def test_two_classes_of_one_name_are_told_apart():
    def make(kind):
        @dataclass
        class Config:
            value: kind

        Config.__annotations__["value"] = kind
        return Config

    annotation = tuple[make(int), make(str)]
    assert encoding_of(annotation).descriptor == (
        "tuple[Config, Config#2]\ndataclass Config(value: int)\ndataclass Config#2(value: str)"
    )


PROGRAM = """
import sys
from dataclasses import dataclass
from enum import Enum
from typing import *
from collections.abc import Sequence, Mapping
from funsies.core.encoding import encoding_of

class Color(Enum):
    RED = 1
    BLUE = "b"

@dataclass
class Atom:
    symbol: str
    color: Color | None = None

@dataclass
class Molecule:
    atoms: "list[Atom | Molecule | str | bytes | None]"
    table: Mapping[Literal["x", "y"], Sequence[int] | set[str]]

encoding = encoding_of(Union[Molecule, Atom, str, Color, frozenset[int | str], None])
value = Molecule(["a", b"b", Atom("C", Color.RED), None], {"y": (1, 2), "x": set("hello")})
sys.stdout.write(encoding.descriptor + "\\n" + encoding.encode(value).decode())
"""

EXPECTED = (
    "Atom | Color | Molecule | frozenset[int | str] | str | None\n"
    "dataclass Atom(symbol: str, color: Color | None = ...)\n"
    "enum Color(RED=1, BLUE='b')\n"
)


def run_program(python: str, hash_seed: int) -> str:
    root = Path(sys.modules["funsies"].__file__).parents[1]
    environment = os.environ | {"PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": str(root)}
    command = [python, "-c", PROGRAM]
    return subprocess.run(
        command, env=environment, check=True, capture_output=True, text=True, timeout=60
    ).stdout


def test_descriptors_and_bytes_are_the_same_in_every_process():
    outputs = {run_program(sys.executable, seed) for seed in (0, 1, 2)}
    assert len(outputs) == 1


def other_pythons() -> list[str]:
    """Interpreters named in FUNSIES_TEST_PYTHONS that have what funsies needs."""
    return [
        name for name in os.environ.get("FUNSIES_TEST_PYTHONS", "").split(os.pathsep) if name
    ]


@pytest.mark.skipif(not other_pythons(), reason="FUNSIES_TEST_PYTHONS names no interpreters")
def test_descriptors_and_bytes_are_the_same_in_every_version_of_python():
    outputs = {run_program(python, 3) for python in [sys.executable, *other_pythons()]}
    assert len(outputs) == 1
