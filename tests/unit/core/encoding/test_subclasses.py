"""What is of a subclass of what the annotation says comes back as what it was."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Reversible, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import NamedTuple, Protocol

import numpy as np
import pytest

from funsies.core.encoding import decode_for, encoding_of, encoding_of_value


class Level(IntEnum):
    LOW = 1


class Basis(StrEnum):
    STO = "sto-3g"


class Pair(NamedTuple):
    left: int
    right: int


@dataclass
class Point:
    x: float


@dataclass
class Point3(Point):
    z: Point | None = None


class Potential(ABC):
    @abstractmethod
    def energy(self) -> float: ...


@dataclass
class Harmonic(Potential):
    k: float

    def energy(self) -> float:
        return self.k


class HasEnergy(Protocol):
    def energy(self) -> float: ...


VALUES = [
    (int, Level.LOW),
    (float, Level.LOW),
    (str | bytes, Basis.STO),
    (list[int], [Level.LOW, 2]),
    (date, datetime(2020, 1, 1, 12)),  # noqa: DTZ001
    (tuple[int, int], Pair(1, 2)),
    (tuple[int, ...], Pair(1, 2)),
    (dict[str, int], OrderedDict(b=1, a=2)),
    (dict[str, list[int]], defaultdict(list, a=[1])),
    (dict[str, int], Counter("abba")),
    (dict[int, str], OrderedDict({2: "b"})),
    (dict, OrderedDict({2: "b"})),
    (Point, Point3(1.0, Point3(2.0))),
    (Point | int | None, Point3(1.0)),
    (dict[str, list[Point]], {"a": [Point(1.0), Point3(1.0)]}),
    (Potential, Harmonic(1.0)),
    (Potential | None, Harmonic(1.0)),
    (list[HasEnergy], [Harmonic(1.0)]),
    (object, Harmonic(1.0)),
    (Collection[str], {"a": 1}),
    (Iterable[int], Counter([1, 1])),
    (Reversible[int], range(3)),
    (Sequence[int], b"ab"),
    (tuple[str, *tuple[float, ...]], ("a", 1.0, 2.0)),
    (tuple[str, *tuple[float, ...], int], ("a", 1)),
    (tuple[int, *tuple[str, float]], (1, "a", 2.0)),
    (np.float64, np.float64("nan")),
    (np.int8, np.int8(-3)),
    (np.bool_, np.bool_(True)),
    (np.complex64, np.complex64(1 + 2j)),
    (np.floating, np.float32(0.1)),
    (list[np.float64 | float], [np.float64(1.5), 1.5]),
]


@pytest.mark.parametrize(("annotation", "value"), VALUES, ids=str)
def test_a_value_of_a_subclass_comes_back_as_what_it_was(annotation, value):
    encoding = encoding_of(annotation)
    found = encoding.decode(encoding.encode(value))
    assert repr(found) == repr(value)
    assert type(found) is type(value)


@pytest.mark.parametrize(("annotation", "value"), VALUES, ids=str)
def test_a_parameter_takes_what_was_written_as_its_own_type(annotation, value):
    own = encoding_of_value(value)
    found = decode_for(encoding_of(annotation), own, own.encode(value))
    assert repr(found) == repr(value)


def test_every_scalar_of_numpy_comes_back_or_is_refused_at_once():
    kinds = [np.float16, np.float32, np.float64, np.int64, np.uint8, np.complex128, np.str_]
    for kind, text in itertools.product(kinds, ["0", "1"]):
        encoding = encoding_of(kind)
        found = encoding.decode(encoding.encode(kind(text)))
        assert type(found) is kind
        assert found == kind(text)
