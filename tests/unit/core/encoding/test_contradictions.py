"""Wrong wiring is found when the graph is built; right wiring is never refused."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Collection, Mapping, MutableSequence, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from pathlib import Path, PurePath
from typing import Annotated, Any, Generic, Literal, NamedTuple, Never, TypedDict, TypeVar

import msgspec
import pytest
from returns.result import Result

from funsies.core.encoding import contradicts, decode_for, encoding_of, encoding_of_value
from funsies.core.errors import EncodingError

T = TypeVar("T")


@dataclass
class Shape:
    name: str


@dataclass
class Circle(Shape):
    radius: float


@dataclass
class Other:
    name: str


@dataclass
class Box(Generic[T]):
    content: T


class Level(IntEnum):
    LOW = 1


class Word(StrEnum):
    YES = "yes"


class Color(Enum):
    RED = 1
    BLUE = 2


class Pair(NamedTuple):
    left: int
    right: int


class Settings(TypedDict):
    depth: int


right = [
    (float, int),
    (float, bool),
    (complex, float),
    (complex, bool),
    (int, bool),
    (float, Level),
    (int, Level),
    (str, Word),
    (int | str, int),
    (int | str, int | None),
    (int | None, None),
    (Shape | Other, Circle),
    (Shape, Circle),
    (list[Shape], list[Circle]),
    (Any, Circle),
    (int, Any),
    (list[Any], list[int]),
    (list, list[int]),
    (list[int], list),
    (dict, dict[str, int]),
    (Sequence[float], list[int]),
    (Sequence[float], tuple[int, int]),
    (Sequence[int], tuple[int, ...]),
    (Sequence[int], deque[int]),
    (Sequence[int], range),
    (Sequence[int], bytes),
    (Sequence[int] | None, bytes),
    (Sequence[str], str),
    (Sequence[int], Pair),
    (Sequence[Shape], list[Circle]),
    (MutableSequence[int], list[int]),
    (Collection[int], set[int]),
    (Collection[str], dict[str, int]),
    (AbstractSet[int], frozenset[int]),
    (Mapping[str, float], dict[str, int]),
    (Mapping[str, int], Counter[str]),
    (dict[str, int], Counter[str]),
    (dict[str, int], OrderedDict[str, int]),
    (dict[str, list[int]], defaultdict[str, list[int]]),
    (Settings, dict[str, int]),
    (tuple[int, ...], tuple[int, int]),
    (tuple[int, ...], tuple[()]),
    (tuple[int, int], tuple[int, ...]),
    (tuple[int, int], Pair),
    (tuple[float, Shape], tuple[int, Circle]),
    (date, datetime),
    (PurePath, Path),
    (str, Literal["a"]),
    (Literal["a", "b"], Literal["a"]),
    (Literal["a", "b"], str),
    (Literal[Color.RED], Color),
    (Color, Literal[Color.RED]),
    (Annotated[int, msgspec.Meta(ge=0)], int),
    (Box[float], Box[int]),
    (Box[Any], Box[int]),
    (list[int], list[int | str]),
    (int, int | str),
    (Result[int, str], Result[int, str]),
    (Result[int, str], Result[int, Never]),
    (Result[int, str] | int, int),
    (list[Result[int, str]], list[Result[int, str]]),
]


@pytest.mark.parametrize(("parameter", "produced"), right, ids=str)
def test_what_a_type_checker_accepts_is_accepted(parameter, produced):
    assert not contradicts(encoding_of(parameter), encoding_of(produced))


wrong = [
    (int, str),
    (str, int),
    (str, bytes),
    (bytes, str),
    (int, None),
    (int | str, None),
    (int | str, bytes | None),
    (str, Level),
    (int, Word),
    (list[int], list[str]),
    (list[int], tuple[int, ...]),
    (tuple[int, ...], list[int]),
    (list[int], int),
    (int, list[int]),
    (Sequence[int], list[str]),
    (Sequence[int], set[int]),
    (Sequence[int], int),
    (MutableSequence[int], tuple[int, ...]),
    (Mapping[str, int], list[int]),
    (dict[str, int], dict[str, str]),
    (dict[str, int], dict[int, int]),
    (set[int], frozenset[int]),
    (tuple[int, int], tuple[int, int, int]),
    (tuple[int, int], tuple[int, str]),
    (tuple[int, ...], tuple[int, str]),
    (Shape, Other),
    (Shape | None, Other),
    (Shape, dict[str, str]),
    (list[Shape], list[Other]),
    (Shape, str),
    (Decimal, int),
    (Path, str),
    (Literal["a"], Literal["b"]),
    (Literal["a"], int),
    (Literal[Color.RED], Literal[Color.BLUE]),
    (Color, Level),
    (Box[int], Box[str]),
    (Result[int, str], int),
    (int, Result[int, str]),
    (list[Result[int, str]], list[int]),
    (Result[list[int], str], list[int]),
]


@pytest.mark.parametrize(("parameter", "produced"), wrong, ids=str)
def test_what_can_never_fit_is_refused(parameter, produced):
    assert contradicts(encoding_of(parameter), encoding_of(produced))


@pytest.mark.parametrize(
    "annotation", dict.fromkeys(one for pair in right + wrong for one in pair), ids=str
)
def test_a_type_never_contradicts_itself_or_a_union_with_it(annotation):
    encoding = encoding_of(annotation)
    assert not contradicts(encoding, encoding)
    if annotation is not None:
        assert not contradicts(encoding_of(annotation | None), encoding)
    assert not contradicts(encoding_of(Any), encoding)


def test_a_value_is_read_as_what_it_is_for_a_wider_parameter(identical):
    given = [
        (Sequence[float], tuple[int, int], (1, 2)),
        (Shape, Circle, Circle("a", 1.0)),
        (Shape | Other, Circle, Circle("a", 1.0)),
        (Shape | Other, Shape, Shape("a")),
        (list[Shape], list[Circle], [Circle("a", 1.0)]),
        (bytes | str, bytes, b"\xff"),
        (str | bytes | None, str | None, "x"),
        (int, Any, 1),
        (Any, bytes, b"x"),
        (Any, Circle, Circle("a", 1.0)),
        (dict[str, Any], dict[str, tuple[int, int]], {"a": (1, 2)}),
        (list[float], list[int], [1, 2]),
        (dict[str, int], Counter[str], Counter("aab")),
        (Settings, dict[str, int], {"depth": 1}),
    ]
    for parameter, produced, value in given:
        stored = encoding_of(produced).encode(value)
        found = decode_for(encoding_of(parameter), encoding_of(produced), stored)
        assert identical(found, value)


def test_a_value_that_turns_out_not_to_fit_is_refused():
    given = [
        (int, int | str, "x"),
        (int, Any, "x"),
        (list[int], list[int | str], [1, "x"]),
        (Literal["a"], str, "b"),
        (Settings, dict[str, int], {"width": 1}),
        (Annotated[int, msgspec.Meta(ge=0)], int, -1),
        (tuple[int, int], tuple[int, ...], (1, 2, 3)),
        (Shape, Shape | Other, Other("x")),
        (dict[str, int], dict[str, int | str], {"a": "x"}),
        (set[int], set[int | str], {"x"}),
        (Sequence[int], list[int | str], ["x"]),
        (Box[int], Box[Any], Box("x")),
    ]
    for parameter, produced, value in given:
        stored = encoding_of(produced).encode(value)
        with pytest.raises(EncodingError):
            decode_for(encoding_of(parameter), encoding_of(produced), stored)


@pytest.mark.parametrize("parameter", [dict[int, bytes], Mapping[int, bytes]])
def test_a_counter_of_nothing_may_be_any_mapping(parameter):
    """Its values would be numbers; but there are none."""
    assert not contradicts(encoding_of(parameter), encoding_of_value(Counter()))
