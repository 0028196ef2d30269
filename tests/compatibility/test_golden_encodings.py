"""Bytes and descriptors that must never change: addresses and stored values depend on them.

A change here makes everything that users have stored unreadable, or computed again. If it must
be, raise ``SCHEMA_VERSION`` in ``funsies.core.digest``, and say so in the changelog.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, Flag
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypedDict, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest

from funsies.core.encoding import encoding_of

T = TypeVar("T")


class Color(Enum):
    RED = 1
    BLUE = "b"


class Access(Flag):
    READ = 1
    WRITE = 2


@dataclass(frozen=True)
class Atom:
    symbol: str
    position: tuple[float, float] = (0.0, 0.0)
    color: Color | None = None


@dataclass
class Node:
    value: int
    children: list[Node] = field(default_factory=list)


@dataclass
class Box(Generic[T]):
    content: T


class Row(NamedTuple):
    key: str
    size: int = 0


class Options(TypedDict, total=False):
    depth: int


class Sample(msgspec.Struct):
    values: list[float]


ATOM = (
    "dataclass Atom(symbol: str, position: tuple[float, float] = ..., "
    "color: Color | None = ...)\nenum Color(RED=1, BLUE='b')"
)
NAN, INFINITY = float("nan"), float("inf")

golden = [
    (None, None, "None", b"null"),
    (bool, True, "bool", b"true"),
    (int, 1, "int", b"1"),
    (int, True, "int", b"true"),
    (int, -(2**63), "int", b"-9223372036854775808"),
    (int, 2**63, "int", b'{"$int":"0x8000000000000000"}'),
    (int, -(2**64), "int", b'{"$int":"-0x10000000000000000"}'),
    (float, 1, "float", b"1"),
    (float, 1.0, "float", b"1.0"),
    (float, -0.0, "float", b"-0.0"),
    (float, 1e22, "float", b"1e22"),
    (float, 5e-324, "float", b"5e-324"),
    (float, 0.1, "float", b"0.1"),
    (float, NAN, "float", b'{"$float":"nan"}'),
    (float, -INFINITY, "float", b'{"$float":"-inf"}'),
    (complex, 1 - 2j, "complex", b'{"$complex":[1.0,-2.0]}'),
    (str, 'a "b"\n\u00e9', "str", b'"a \\"b\\"\\n\xc3\xa9"'),
    (str, "\ud800", "str", b'{"$str":"\\\\ud800"}'),
    (bytes, b"\x00\xff", "bytes", b"\x00\xff"),
    (bytes | None, b"\x00\xff", "bytes | None", b'"AP8="'),
    (list[int], [1, 2], "list[int]", b"[1,2]"),
    (list[float], [1.5, NAN], "list[float]", b'[1.5,{"$float":"nan"}]'),
    (tuple[int, str], (1, "a"), "tuple[int, str]", b'[1,"a"]'),
    (tuple[int, ...], (1, 2), "tuple[int, ...]", b"[1,2]"),
    (tuple[()], (), "tuple[()]", b"[]"),
    (set[int], {10, 9, -1}, "set[int]", b"[-1,10,9]"),
    (frozenset[str], frozenset("ba"), "frozenset[str]", b'["a","b"]'),
    (deque[int], deque([1], 3), "deque[int]", b'{"$deque":[1],"maxlen":3}'),
    (dict[str, int], {"b": 1, "a": 2}, "dict[str, int]", b'{"b":1,"a":2}'),
    (dict[str, int], {"$a": 1}, "dict[str, int]", b'{"$dict":[["$a",1]]}'),
    (dict[int, str], {10: "a", 9: "b"}, "dict[int, str]", b'[[10,"a"],[9,"b"]]'),
    (
        dict[int | str, int],
        {1: 1, "1": 2},
        "dict[int | str, int]",
        b'[[1,1],["1",2]]',
    ),
    (
        OrderedDict[str, int],
        OrderedDict(b=1, a=2),
        "OrderedDict[str, int]",
        b'[["b",1],["a",2]]',
    ),
    (Counter[str], Counter("aab"), "Counter[str]", b'[["a",2],["b",1]]'),
    (
        defaultdict[str, list[int]],
        defaultdict(list, a=[1]),
        "defaultdict[str, list[int]]",
        b'{"$defaultdict":"list","items":[["a",[1]]]}',
    ),
    (Any, {"b": [1, None], "a": 1.5}, "Any", b'{"b":[1,null],"a":1.5}'),
    (Any, (b"ab", {2, 1}), "Any", b'{"$tuple":[{"$bytes":"YWI="},{"$set":[1,2]}]}'),
    (
        Any,
        {1: Decimal("1.5"), "a": (Path("b"), Color.RED)},
        "Any",
        (
            b'{"$dict":[[1,{"$type":"Decimal","value":"1.5"}],["a",{"$tuple":[{"$type":"Path",'
            b'"value":"b"},{"$type":"tests.compatibility.test_golden_encodings:Color",'
            b'"value":"RED"}]}]]}'
        ),
    ),
    (
        dict,
        {"a": 1, "$b": {2: 3}},
        "dict[Any, Any]",
        b'{"$dict":[["a",1],["$b",{"$dict":[[2,3]]}]]}',
    ),
    (date, date(2024, 2, 29), "date", b'"2024-02-29"'),
    (
        datetime,
        datetime(2024, 2, 29, 12, 30, 0, 5, tzinfo=UTC),
        "datetime",
        b'"2024-02-29T12:30:00.000005+00:00"',
    ),
    (
        datetime,
        datetime(2024, 10, 27, 2, 30, tzinfo=ZoneInfo("Europe/Zurich"), fold=1),
        "datetime",
        b'{"$time":"2024-10-27T02:30:00","zone":"Europe/Zurich","fold":1}',
    ),
    (
        time,
        time(1, 2, tzinfo=timezone(timedelta(hours=1), "X")),
        "time",
        b'{"$time":"01:02:00","offset":"P0DT3600S","name":"X"}',
    ),
    (timedelta, timedelta(-1, 1, 5), "timedelta", b'"P-1DT1.000005S"'),
    (ZoneInfo, ZoneInfo("UTC"), "ZoneInfo", b'"UTC"'),
    (Decimal, Decimal("-0.10"), "Decimal", b'"-0.10"'),
    (Fraction, Fraction(2, 4), "Fraction", b'{"$fraction":[1,2]}'),
    (UUID, UUID(int=1), "UUID", b'"00000000-0000-0000-0000-000000000001"'),
    (Path, Path("a/b"), "Path", b'"a/b"'),
    (range, range(0, 9, 2), "range", b'{"$range":[0,9,2]}'),
    (slice, slice(None, 3), "slice", b'{"$slice":[null,3,null]}'),
    (Color, Color.BLUE, "Color\nenum Color(RED=1, BLUE='b')", b'"BLUE"'),
    (Access, Access.READ | Access.WRITE, "Access\nflag Access(READ=1, WRITE=2)", b"3"),
    (Literal["a", "b"], "a", "Literal['a', 'b']", b'"a"'),
    (
        Atom,
        Atom("C", (0.0, 1.5), Color.RED),
        f"Atom\n{ATOM}",
        b'{"symbol":"C","position":[0.0,1.5],"color":"RED"}',
    ),
    (
        Node,
        Node(1, [Node(2)]),
        "Node\ndataclass Node(value: int, children: list[Node] = ...)",
        b'{"value":1,"children":[{"value":2,"children":[]}]}',
    ),
    (Box[int], Box(1), "Box[int]\ndataclass Box[int](content: int)", b'{"content":1}'),
    (
        Row,
        Row("a", 1),
        "Row\nnamedtuple Row(key: str, size: int = ...)",
        b'{"key":"a","size":1}',
    ),
    (Options, {"depth": 1}, "Options\ntypeddict Options(depth?: int)", b'{"depth":1}'),
    (Sample, Sample([1.0]), "Sample\nstruct Sample(values: list[float])", b'{"values":[1.0]}'),
    (str | bytes, b"a", "str | bytes", b'{"$as":"bytes","value":"YQ=="}'),
    (
        Atom | Node | None,
        Node(1),
        f"Atom | Node | None\n{ATOM.split(chr(10), maxsplit=1)[0]}\n"
        "dataclass Node(value: int, children: list[Node] = ...)\n" + ATOM.split("\n")[1],
        b'{"$as":"Node","value":{"value":1,"children":[]}}',
    ),
    (
        Sequence[int],
        (1, 2),
        "(Sequence[int]: list[int] | bytes | deque[int] | range | tuple[int, ...])",
        b'{"$as":"tuple[int, ...]","value":[1,2]}',
    ),
    (
        Mapping[str, int],
        {"a": 1},
        (
            "(Mapping[str, int]: dict[str, int] | Counter[str] | OrderedDict[str, int] | "
            "defaultdict[str, int])"
        ),
        b'{"a":1}',
    ),
    (
        Annotated[int, msgspec.Meta(ge=0)],
        1,
        "Annotated[int, ge=0]",
        b"1",
    ),
]


@pytest.mark.parametrize(
    ("annotation", "value", "descriptor", "stored"),
    golden,
    ids=[row[2] + str(row[3])[:40] for row in golden],
)
def test_bytes_and_descriptors_stay_the_same(annotation, value, descriptor, stored):
    encoding = encoding_of(annotation)
    assert encoding.descriptor == descriptor
    assert encoding.encode(value) == stored
    assert encoding.encode(encoding.decode(stored)) == stored
