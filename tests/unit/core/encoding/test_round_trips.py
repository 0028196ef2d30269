"""Every value of every supported type comes back equal, and of the same types."""

from __future__ import annotations

import re
import string
from array import array
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Collection, Mapping, MutableMapping, MutableSequence, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, Flag, IntEnum, IntFlag, StrEnum, auto
from fractions import Fraction
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Network
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import (
    Any,
    Generic,
    Literal,
    NamedTuple,
    NewType,
    NotRequired,
    Optional,
    Required,
    TypedDict,
    TypeVar,
)
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funsies.core.encoding import (
    contradicts,
    decode_for,
    encoding_of,
    encoding_of_value,
)
from funsies.core.errors import EncodingError

T = TypeVar("T")
UserId = NewType("UserId", int)


class Color(Enum):
    RED = 1
    GREEN = "green"
    ALIAS = 1  # noqa: PIE796  (a second name of the same member)


class Size(IntEnum):
    SMALL = 1
    LARGE = 2


class Word(StrEnum):
    YES = auto()
    NO = auto()


class Access(Flag):
    READ = auto()
    WRITE = auto()


class Bits(IntFlag):
    LOW = 1
    HIGH = 1 << 70


@dataclass(frozen=True)
class Atom:
    symbol: str
    position: tuple[float, float, float]
    charge: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ion(Atom):
    spin: float | None = None
    shells: dict[int, int] = field(default_factory=dict)


@dataclass
class Tree:
    value: int
    children: list[Tree] = field(default_factory=list)
    parent: Optional[Tree] = None  # noqa: UP045  (people write it so)


@dataclass
class Box(Generic[T]):
    content: T
    history: list[T] = field(default_factory=list)


class Point(NamedTuple):
    x: float
    y: float = 0.0
    name: bytes = b""


class Options(TypedDict, total=False):
    depth: Required[int]
    label: str
    weights: NotRequired[list[float]]


class Sample(msgspec.Struct):
    values: list[float]
    name: str | None = None


class FrozenSample(msgspec.Struct, frozen=True):
    key: tuple[int, str]


scalars = {
    None: st.none(),
    bool: st.booleans(),
    int: st.integers() | st.integers().map(lambda number: number**40) | st.booleans(),
    float: st.floats(allow_nan=True) | st.integers() | st.booleans(),
    complex: st.complex_numbers() | st.floats() | st.integers(),
    str: st.text(st.characters()) | st.text(st.characters(categories=["Cs"])),
    bytes: st.binary(),
}
finite = st.floats(allow_nan=False).filter(lambda number: number != 0)  # 0.0 == -0.0
text = st.text(string.printable + "é\ud800$", max_size=6)
moments = st.datetimes(allow_imaginary=False) | st.datetimes(
    timezones=st.timezones() | st.just(UTC)
)
offsets = st.timedeltas(-timedelta(hours=23), timedelta(hours=23))
fixed_zones = st.builds(timezone, offsets) | st.builds(timezone, offsets, text)
atoms = st.builds(Atom, text, st.tuples(st.floats(), st.floats(), st.integers()), st.integers())
ions = st.builds(
    Ion,
    symbol=text,
    position=st.tuples(st.floats(), st.floats(), st.floats()),
    spin=st.none() | st.floats(),
    shells=st.dictionaries(st.integers(), st.integers()),
)
trees = st.recursive(
    st.builds(Tree, st.integers()),
    lambda inner: st.builds(Tree, st.integers(), st.lists(inner, max_size=3), inner),
    max_leaves=5,
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=10,
)
hashable_values = st.integers() | text | st.binary() | st.tuples(st.integers(), text)
plain_values = st.recursive(
    st.none() | st.booleans() | st.floats() | hashable_values | st.sets(hashable_values),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(text, inner, max_size=4)
        | st.tuples(inner, inner)
        | st.frozensets(hashable_values, max_size=4)
    ),
    max_leaves=10,
)

cases = scalars | {
    datetime: moments | st.datetimes(timezones=fixed_zones),
    time: st.times() | st.times(timezones=st.timezones()),
    date: st.dates(),
    timedelta: st.timedeltas(),
    ZoneInfo: st.timezones(),
    Decimal: st.decimals(allow_nan=True),
    Fraction: st.fractions(),
    UUID: st.uuids(),
    timezone: fixed_zones,
    bytearray: st.binary().map(bytearray),
    array: st.lists(st.integers(-(2**63), 2**63 - 1)).map(lambda items: array("q", items))
    | st.lists(finite).map(lambda items: array("d", items)),
    re.Pattern[str]: st.builds(
        re.compile, text.map(re.escape), st.sampled_from([0, re.IGNORECASE | re.ASCII])
    ),
    re.Pattern[bytes] | bytes: st.binary() | st.binary().map(re.escape).map(re.compile),
    IPv4Address: st.ip_addresses(v=4),
    str | IPv6Address | None: text | st.ip_addresses(v=6) | st.none(),
    IPv4Interface: st.builds(
        IPv4Interface, st.tuples(st.ip_addresses(v=4), st.integers(0, 32))
    ),
    IPv6Network: st.integers(0, 128).map(lambda bits: IPv6Network(("::", bits))),
    Path: text.filter(lambda one: "\0" not in one).map(Path),
    PurePath: st.sampled_from([Path("a"), PurePosixPath("/b"), PureWindowsPath("c:\\d")]),
    range: st.builds(range, st.integers(), st.integers(), st.integers(min_value=1)),
    slice: st.builds(slice, st.none() | st.integers(), st.integers(), st.none()),
    Color: st.sampled_from(Color),
    Size: st.sampled_from(Size),
    Word: st.sampled_from(Word),
    Access: st.sampled_from([Access(number) for number in range(4)]),
    Bits: st.integers(0, 2**71).map(Bits),
    Literal["a", 1, True, b"x", Color.RED] | None: st.sampled_from(
        ["a", 1, True, None, b"x", Color.RED]
    ),
    UserId: st.integers(),
    list[int]: st.lists(scalars[int]),
    list[float]: st.lists(scalars[float]),
    list[str]: st.lists(scalars[str]),
    list[bytes | None]: st.lists(st.none() | st.binary()),
    list[list[complex]]: st.lists(st.lists(st.complex_numbers())),
    tuple[()]: st.just(()),
    tuple[int, str, bytes]: st.tuples(st.integers(), text, st.binary()),
    tuple[float, ...]: st.lists(st.floats()).map(tuple),
    set[int]: st.sets(st.integers()),
    set[float]: st.sets(finite),
    frozenset[tuple[str, int]]: st.frozensets(st.tuples(text, st.integers())),
    set[int | str]: st.sets(st.integers() | text),
    deque[int]: st.builds(deque, st.lists(st.integers()), st.none() | st.integers(0, 5)),
    dict[str, float]: st.dictionaries(text, st.floats()),
    dict[int, bytes]: st.dictionaries(st.integers(), st.binary()),
    dict[int | str, int]: st.dictionaries(st.integers() | text, st.integers()),
    dict[bool | None, str]: st.dictionaries(st.none() | st.booleans(), text),
    dict[tuple[int, str], Color]: st.dictionaries(
        st.tuples(st.integers(), text), st.sampled_from(Color)
    ),
    dict[Color, int]: st.dictionaries(st.sampled_from(Color), st.integers()),
    dict[float, int]: st.dictionaries(finite, st.integers()),
    dict[bytes, date]: st.dictionaries(st.binary(), st.dates()),
    OrderedDict[str, int]: st.dictionaries(text, st.integers()).map(OrderedDict),
    Counter[str]: st.lists(text).map(Counter),
    defaultdict[str, list[int]]: st.dictionaries(text, st.lists(st.integers())).map(
        lambda items: defaultdict(list, items)
    ),
    Atom: atoms,
    Ion: ions,
    Tree: trees,
    Box[int]: st.builds(Box, st.integers(), st.lists(st.integers())),
    list[Box[int | float] | Box[float]]: st.lists(st.builds(Box, st.floats() | st.integers())),
    Box[Box[str]]: st.builds(Box, st.builds(Box, text)),
    Point: st.builds(Point, st.floats(), st.floats(), st.binary()),
    Options: st.fixed_dictionaries(
        {"depth": st.integers()}, optional={"label": text, "weights": st.lists(st.floats())}
    ),
    Sample: st.builds(Sample, st.lists(finite), st.none() | text),
    FrozenSample: st.builds(FrozenSample, st.tuples(st.integers(), text)),
    Atom | Ion | Tree | None: atoms | ions | trees | st.none(),
    int | str | bytes: st.integers() | text | st.binary(),
    str | date | datetime | Decimal: text | st.dates() | moments | st.decimals(allow_nan=False),
    list[int] | tuple[int, ...] | set[int]: st.lists(st.integers())
    | st.lists(st.integers()).map(tuple)
    | st.sets(st.integers()),
    list[int] | list[str]: st.lists(st.integers()) | st.lists(text),
    dict[str, int] | Atom: st.dictionaries(text, st.integers()) | atoms,
    Sequence[int]: st.lists(st.integers())
    | st.lists(st.integers()).map(tuple)
    | st.lists(st.integers()).map(deque)
    | st.integers(0, 9).map(range),
    Sequence[str] | None: text | st.lists(text) | st.none(),
    MutableSequence[float]: st.lists(st.floats()) | st.lists(st.floats()).map(deque),
    Collection[int]: st.lists(st.integers()) | st.sets(st.integers()),
    AbstractSet[str]: st.sets(text) | st.frozensets(text),
    Mapping[str, int]: st.dictionaries(text, st.integers()) | st.lists(text).map(Counter),
    MutableMapping[int, str]: st.dictionaries(st.integers(), text)
    | st.dictionaries(st.integers(), text).map(OrderedDict),
    Any: plain_values,
    dict: st.dictionaries(text, json_values, max_size=3),
    list: st.lists(json_values, max_size=3),
}
"""Annotations, each with values that it allows."""


def name_of(annotation):
    return encoding_of(annotation).node.label


quick = settings(max_examples=15)
quicker = settings(quick, max_examples=8)


@pytest.mark.parametrize("annotation", cases, ids=name_of)
@quick
@given(data=st.data())
def test_a_value_comes_back_as_it_was(annotation, data, identical):
    value = data.draw(cases[annotation])
    encoding = encoding_of(annotation)
    stored = encoding.encode(value)
    assert identical(encoding.decode(stored), value)
    assert encoding.encode(encoding.decode(stored)) == stored


@pytest.mark.parametrize("annotation", cases, ids=name_of)
@quicker
@given(data=st.data())
def test_a_value_that_is_put_comes_back_and_fits_its_annotation(annotation, data, identical):
    """What is known of the value alone stores it, and no right program is refused."""
    value = data.draw(cases[annotation])
    wanted, found = encoding_of(annotation), encoding_of_value(value)
    stored = found.encode(value)
    assert identical(found.decode(stored), value)
    assert not contradicts(wanted, found)
    assert identical(decode_for(wanted, found, stored), value)


@pytest.mark.parametrize("annotation", cases, ids=name_of)
@quicker
@given(data=st.data())
def test_a_value_says_itself_what_it_is(annotation, data, identical):
    """Without an annotation it comes back just so, and fits whoever asks for its type."""
    value = data.draw(cases[annotation])
    wanted, unsaid = encoding_of(annotation), encoding_of(Any)
    stored = unsaid.encode(value)
    assert identical(unsaid.decode(stored), value)
    assert unsaid.encode(unsaid.decode(stored)) == stored
    assert identical(decode_for(wanted, unsaid, stored), value)


keys = st.recursive(
    st.sampled_from([*Color])
    | st.integers()
    | text
    | st.decimals(allow_nan=False)
    | st.uuids(),
    lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=2),
    max_leaves=4,
)
anything = st.recursive(
    keys | st.floats() | st.binary() | st.booleans() | st.none() | atoms,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(keys, inner, max_size=3)
        | st.lists(inner, max_size=3).map(deque)
        | st.dictionaries(keys, inner, max_size=3).map(OrderedDict)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("annotation", [Any, object, dict, list, list[Any], dict[Any, Any]])
@settings(quick, max_examples=60)
@given(value=anything, other=anything)
def test_what_may_be_anything_keeps_its_types_and_its_order(
    annotation, value, other, identical
):
    if annotation in (dict, dict[Any, Any]):
        value, other = {"a": value, 1: other}, {"a": other, 1: value}
    elif annotation not in (Any, object):
        value, other = [value, other], [other, value]
    encoding = encoding_of(annotation)
    stored = encoding.encode(value)
    assert identical(encoding.decode(stored), value)
    assert encoding.encode(encoding.decode(stored)) == stored
    assert (encoding.encode(other) == stored) == identical(other, value)


@settings(quick, max_examples=200)
@given(st.sampled_from(list(cases)), st.data())
def test_different_values_have_different_bytes_and_equal_ones_the_same(
    identical, annotation, data
):
    encoding = encoding_of(annotation)
    left, right = data.draw(cases[annotation]), data.draw(cases[annotation])
    assert (encoding.encode(left) == encoding.encode(right)) == identical(left, right)


@settings(quick, max_examples=25)
@given(st.sampled_from(list(cases)), st.data())
def test_a_value_that_can_be_stored_as_a_type_does_not_contradict_it(annotation, data):
    """A value may be given to every parameter whose annotation allows it."""
    value = data.draw(cases[annotation])
    found = encoding_of_value(value)
    for parameter in map(encoding_of, cases):
        try:
            parameter.encode(value)
        except EncodingError:
            continue
        assert not contradicts(parameter, found)


nested_dicts = st.recursive(
    st.integers(), lambda inner: st.dictionaries(text, inner, min_size=2), max_leaves=8
)


@quick
@given(nested_dicts, st.randoms())
def test_dicts_come_back_in_the_order_in_which_they_were(value, random):
    """At each depth, under each annotation, and as what ``put`` takes them for."""
    value = shuffled(value, random)
    shown = repr(value)
    for encoding in (encoding_of(Any), encoding_of_value(value)):
        assert repr(encoding.decode(encoding.encode(value))) == shown


def shuffled(value, random):
    if not isinstance(value, dict):
        return value
    pairs = [(key, shuffled(part, random)) for key, part in value.items()]
    random.shuffle(pairs)
    return dict(pairs)


@pytest.mark.parametrize(
    "annotation",
    [
        dict[str, int],
        dict,
        Any,
        Mapping[str, int],
        MutableMapping[str, int],
        OrderedDict[str, int],
        Counter[str],
        defaultdict[str, int],
        dict[int | str, int],
        dict[str, int] | None,
        list[dict[str, int]],
        Box[dict[str, int]],
    ],
    ids=name_of,
)
@quick
@given(items=st.dictionaries(text, st.integers(1, 9)), random=st.randoms())
def test_two_orders_of_a_dict_are_two_values(annotation, items, random):
    """A step sees the order, so it counts: else one would be given what the other gave."""
    kind = getattr(annotation, "__origin__", dict)
    make = MAKES.get(kind, dict)
    pairs = list(items.items())
    random.shuffle(pairs)
    encoding = encoding_of(annotation)
    left, right = encoding.encode(make(pairs)), encoding.encode(make(items.items()))
    assert (left == right) == (pairs == list(items.items()))


MAKES = {
    OrderedDict: OrderedDict,
    Counter: lambda pairs: Counter(dict(pairs)),
    defaultdict: lambda pairs: defaultdict(int, pairs),
    list: lambda pairs: [dict(pairs)],
    Box: lambda pairs: Box(dict(pairs)),
}
"""Make a value of a kind from pairs; others are made as plain dicts."""


def test_sets_have_no_order_and_equal_ones_are_one_value():
    one, other = set(range(0, 17, 8)), set(range(16, -1, -8))  # they collide: first come ...
    encoding = encoding_of(set[int])
    assert list(one) != list(other)
    assert encoding.encode(one) == encoding.encode(other)


@quick
@given(st.binary() | json_values.map(repr).map(str.encode), st.sampled_from(list(cases)))
def test_foreign_bytes_are_read_or_refused_but_never_crash(data, annotation):

    encoding = encoding_of(annotation)
    try:
        value = encoding.decode(data)
    except EncodingError:
        return
    encoding.encode(value)
