"""What is almost what an annotation says is taken where nothing is lost, or names the way."""

from __future__ import annotations

import argparse
import builtins
import enum
import numbers
import platform
import re
import shutil
import types
from array import array
from collections import (
    ChainMap,
    Counter,
    OrderedDict,
    UserDict,
    UserList,
    UserString,
    defaultdict,
    deque,
)
from collections.abc import Collection, Mapping, MutableSequence, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, timezone, tzinfo
from decimal import Decimal
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import Any, Literal, NamedTuple, TypedDict, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from funsies.core.encoding import encoding_of
from funsies.core.errors import EncodingError


class Basis(enum.StrEnum):
    STO = "sto-3g"
    DZ = "dz"


class Old(enum.StrEnum):
    A = "a"


class Level(enum.IntEnum):
    LOW = 1


class Access(enum.IntFlag):
    READ = 1
    WRITE = 2


class Raw(bytes, enum.Enum):
    EMPTY = b""


class Doubled(NamedTuple("Doubled", [("x", int), ("label", str)])):
    __slots__ = ()

    def __new__(cls, x: int):
        return super().__new__(cls, 2 * x, "z")


class Options(TypedDict):
    basis: str


class Key(enum.StrEnum):
    BASIS = "basis"


TAKEN = [
    (dict[str, int], {Basis.STO: 1, "b": 2}),
    (dict[str, int], {Old.A: 1, "$x": 2, "\ud800": 3}),
    (dict[str, dict[str, list[str]]], {"a": {Basis.STO: [Basis.DZ]}}),
    (Mapping[str, int], {Basis.STO: 1}),
    (dict[str, int] | None, {Basis.STO: 1}),
    (dict[str, int], OrderedDict([(Basis.STO, 1)])),
    (dict[str, int], defaultdict(int, {Basis.STO: 1})),
    (dict[str, int], Counter([Basis.STO])),
    (dict[int, int], {Level.LOW: 1, Access.READ | Access.WRITE: 2}),
    (dict[bytes, int], {Raw.EMPTY: 1}),
    (list[bytes], [Raw.EMPTY, b"y"]),
    (bytes | int, Raw.EMPTY),
    (set[bytes], {Raw.EMPTY}),
    (list[int], [Level.LOW, Access.WRITE]),
    (Doubled, Doubled(2)),
    (list[numbers.Number], [1, 2.5, 1j, True, Fraction(1, 2), Decimal("1.0"), Level.LOW]),
    (list[tzinfo], [UTC, ZoneInfo("Europe/Berlin"), timezone.min]),
]


def exact(value: Any) -> Any:
    """A value with the types of all that is in it."""
    if isinstance(value, dict):
        return type(value), [(exact(key), exact(item)) for key, item in value.items()]
    if isinstance(value, list | tuple):
        return type(value), [exact(item) for item in value]
    return type(value), value


@pytest.mark.parametrize(("annotation", "value"), TAKEN, ids=str)
def test_a_near_miss_is_taken_as_what_it_is(annotation: Any, value: object) -> None:
    wide = [
        (annotation, value),
        (list[annotation], [value]),
        (Any, value),
        (dict, {"a": value}),
    ]
    for wanted, given in wide:
        encoding = encoding_of(wanted)
        assert exact(encoding.decode(encoding.encode(given))) == exact(given)


def test_texts_of_numpy_are_keys_as_texts() -> None:
    encoding = encoding_of(dict[str, int])
    for plain in ({"a": 1}, {"$a": 1}, {"\ud800": 1, "b": 2}):
        given = {np.str_(key): item for key, item in plain.items()}
        assert encoding.encode(given) == encoding.encode(plain)


REFUSED = [
    (dict[str, int], types.MappingProxyType({"a": 1})),
    (Mapping[str, int], ChainMap({"a": 1})),
    (dict[str, int] | None, UserDict(a=1)),
    (Options, OrderedDict(basis="dz")),
    (Any, types.MappingProxyType({"a": 1})),
    (Any, ChainMap({"a": 1})),
    (list[str], {"a": 1}.keys()),
    (set[str], {"a": 1}.keys()),
    (AbstractSet[str], {"a": 1}.keys()),
    (tuple[int, ...], {"a": 1}.values()),
    (Collection[tuple[str, int]], {"a": 1}.items()),
    (list[int], deque([1])),
    (list[int], (1, 2)),
    (list[int], {2, 1}),
    (Sequence[int], frozenset({2, 1})),
    (tuple[int, ...], [1, 2]),
    (frozenset[int], {1}),
    (set[int], [1]),
    (MutableSequence[int], array("i", [1])),
    (Sequence[int], UserList([1])),
    (list[int], range(2)),
    (list[int], iter([1])),
    (set[int], map(int, "12")),
    (bytes, bytearray(b"a")),
    (list[bytes], memoryview(b"a")),
    (bytes, Raw.EMPTY),
    (str, PurePosixPath("a")),
    (str, UserString("a")),
    (Path, "a"),
    (Any, types.SimpleNamespace(a=1)),
    (Any, argparse.Namespace(a=1)),
]


@pytest.mark.parametrize(("annotation", "value"), REFUSED)
def test_the_remedy_of_what_is_refused_works(annotation: Any, value: object) -> None:
    if annotation == list[bytes]:
        value = [value]
    encoding = encoding_of(annotation)
    with pytest.raises(EncodingError) as raised:
        encoding.encode(value)
    named = re.search(r"pass (\w+)\(\.\.\.\) of it", str(raised.value))
    assert named is not None, str(raised.value)
    convert = {"Path": Path, "PosixPath": Path, "deque": deque}.get(
        named[1], getattr(builtins, named[1], None)
    )
    converted = [convert(value[0])] if annotation == list[bytes] else convert(value)
    assert encoding.decode(encoding.encode(converted)) == converted


@pytest.mark.parametrize(
    "annotation", [Literal[1] | None, Literal[1], list[Literal[0, 1]], Literal["a", 1]], ids=str
)
def test_a_truth_value_is_no_literal_number(annotation: Any) -> None:
    encoding = encoding_of(annotation)
    with pytest.raises(EncodingError, match="got bool True"):
        encoding.encode([True] if annotation == list[Literal[0, 1]] else True)
    assert not encoding.node.admits(True)


def test_a_tuple_with_other_items_than_its_fields_is_refused() -> None:
    for annotation in (Any, platform.uname_result, list[Any]):
        given = [platform.uname()] if annotation == list[Any] else platform.uname()
        with pytest.raises(EncodingError, match=r"pass dict\(it\._asdict\(\)\)"):
            encoding_of(annotation).encode(given)
    value = dict(platform.uname()._asdict())
    assert encoding_of(dict[str, str]).encode(value)


def test_keys_of_a_typed_dict_are_texts() -> None:
    with pytest.raises(EncodingError, match=r"keys that are no mere texts: pass str\(key\)"):
        encoding_of(Options).encode({Key.BASIS: "dz"})


def test_a_named_tuple_that_nobody_finds_names_another_way() -> None:
    usage = shutil.disk_usage("/")
    with pytest.raises(EncodingError, match=r"or pass dict\(it\._asdict\(\)\)"):
        encoding_of(Any).encode(usage)
    assert encoding_of(Any).encode(dict(usage._asdict()))


T = TypeVar("T")


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        (..., "use None, or an Enum"),
        (NotImplemented, "use None, or an Enum"),
        (list[int], "pass its name, or an Enum"),
        (int | str, "pass its name, or an Enum"),
        (T, "pass its name, or an Enum"),
        (Level, "pass its name, or an Enum"),
    ],
)
def test_what_is_no_value_says_what_to_take_instead(value: object, remedy: str) -> None:
    with pytest.raises(EncodingError, match=remedy):
        encoding_of(Any).encode([value])
