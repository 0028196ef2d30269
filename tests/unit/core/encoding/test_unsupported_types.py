"""What would not come back as it was is refused, and the message says where it stands."""

from __future__ import annotations

from array import array, typecodes
from collections import Counter, OrderedDict, UserDict, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import InitVar, dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from enum import Enum, Flag, IntEnum
from fractions import Fraction
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from types import CoroutineType
from typing import (
    IO,
    Annotated,
    Any,
    Literal,
    NamedTuple,
    Never,
    Protocol,
    Self,
    TypedDict,
    runtime_checkable,
)
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest

from funsies.core.encoding import encoding_of, encoding_of_value
from funsies.core.errors import EncodingError, UnsupportedTypeError


@dataclass
class Point:
    x: float
    y: float = 0.0


@dataclass
class Point3(Point):
    z: float = 0.0


class Pair(NamedTuple):
    left: int
    right: int


class Level(IntEnum):
    LOW = 1


class Color(Enum):
    RED = 1


class Access(Flag):
    READ = 1


class Settings(TypedDict):
    depth: int


class Zone(tzinfo):
    def utcoffset(self, moment):  # noqa: ARG002  (what tzinfo asks for)
        return timedelta(0)


@dataclass
class Log:
    file: TextIOWrapper


@dataclass
class Lattice:
    atoms: list[Point]


@dataclass
class Molecule:
    atoms: list[Point]
    logs: dict[str, Log] = field(default_factory=dict)


class Unstorable:
    """A class that says nothing of its fields."""

    def __repr__(self) -> str:
        return "Unstorable()"


def _made_while_it_runs() -> object:
    @dataclass
    class OutOfReach:
        x: int

    return OutOfReach(1)


OutOfReach = _made_while_it_runs()


@runtime_checkable
class Drawable(Protocol):
    def draw(self) -> None: ...


class Plain:
    pass


class Tuned(list):
    pass


values = [
    (int, 1.0, "expected int, got float 1.0"),
    (int, "1", "expected int, got str '1'"),
    (float, "x" * 100, "expected float, got str 'xxxxx"),
    (float, Decimal(1), "expected float, got a value of type Decimal"),
    (bool, 1, "expected bool, got int 1"),
    (str, b"x", "expected str, got a value of type bytes"),
    (bytes, "x", "expected bytes, got str 'x'"),
    (bytes, bytearray(b"x"), "expected bytes, got a value of type bytearray"),
    (
        array,
        array("w" if "w" in typecodes else "u", "x"),
        "an array of characters, which differ between platforms; use str",
    ),
    (None, 0, "expected None, got int 0"),
    (list[int], (1, 2), "expected list[int], got a value of type tuple"),
    (list[int], [1, 2, None], "at [2]: expected int, got None"),
    (dict[str, list[float]], {"a": [1.0, "b"]}, "at ['a'][1]: expected float, got str 'b'"),
    (dict[str, int], {1: 1}, "got int 1 as a key"),
    (dict[str, int], UserDict(a=1), "expected dict[str, int], got a value of type UserDict"),
    (dict[int, str], {"1": "a"}, "expected int, got str '1'"),
    (dict[float, int], {float("nan"): 1}, "NaN"),
    (set[float], {float("nan")}, "NaN"),
    (set[tuple[float, int]], {(float("nan"), 1)}, "NaN"),
    (set[Decimal], {Decimal("nan")}, "NaN"),
    (tuple[int, str], (1,), "got a tuple of 1 items"),
    (tuple[int, str], Pair(1, 2), "expected tuple[int, str], got a value of type Pair"),
    (dict[str, int], OrderedDict(a="b"), "expected dict[str, int], got a value of type Ord"),
    (list[int], Tuned([1]), "Tuned has no encoding; convert it to list"),
    (Drawable, Unstorable(), "expected Drawable, got a value of type Unstorable"),
    (Iterable[int], 3, "expected Iterable[int], got int 3"),
    (Pair, (1, 2), "expected Pair, got a value of type tuple"),
    (Pair, Pair(1, "x"), "at .right: expected int, got str 'x'"),
    (Point, Point("x"), "at .x: expected float, got str 'x'"),
    (
        Lattice,
        Lattice([Point(1), Point(0, None)]),
        "at .atoms[1].y: expected float, got None",
    ),
    (Settings, {"depth": 1, "width": 2}, "the further key 'width'"),
    (Settings, {}, "without the key 'depth'"),
    (Settings, {"depth": "x"}, "at ['depth']: expected int"),
    (datetime, datetime(2020, 1, 1, tzinfo=Zone()), "use zoneinfo.ZoneInfo"),
    (dict[str, int], {"k" * 1000: "x"}, "kkk'...]: expected int"),
    (Any, {"k" * 1000: (open,)}, "kkk'...][0]: a value of type builtin"),
    (Color, "RED", "expected Color, got str 'RED'"),
    (Literal["a", "b"], "c", "expected Literal['a', 'b'], got str 'c'"),
    (Literal[1], True, "expected Literal[1], got bool True"),
    (int | str, 1.5, "expected int | str, got float 1.5"),
    (list[int] | list[str], [1, "a"], "at [1]: expected int"),
    (Any, (1, Unstorable()), "at [1]: Unstorable has no encoding; make it a dataclass"),
    (Any, {"a": {len: 2}}, "at ['a']{key}: a value of type builtin_function_or_method"),
    (Any, [Path("x"), {}.keys()], "at [1]: a value of type dict_keys cannot be stored; pass"),
    (Any, {float("nan"): 1}, "NaN"),
    (Any, {(1.0, float("nan"))}, "NaN"),
    (Any, OutOfReach, "OutOfReach is a class that no reader would find again"),
    (Counter[str], {"a": 1}, "expected Counter[str"),
    (defaultdict[str, int], defaultdict(partial(int, 1)), "convert to dict"),
    (Annotated[int, msgspec.Meta(ge=0, lt=10)], 10, "int 10 breaks the constraint lt=10"),
    (list[Annotated[str, msgspec.Meta(pattern="^a")]], ["a", "b"], "at [1]: str 'b' breaks"),
    (Annotated[list[int], msgspec.Meta(max_length=1)], [1, 2], "max_length=1"),
    (Annotated[str, msgspec.Meta(min_length=2)], "a", "min_length=2"),
    (Annotated[float, msgspec.Meta(multiple_of=0.5)], 0.7, "multiple_of=0.5"),
    (Annotated[int | str, msgspec.Meta(gt=0)], "x", "gt=0"),
    (Annotated[time, msgspec.Meta(tz=True)], time(1), "tz=True"),
    (time, datetime(2020, 1, 1, tzinfo=UTC), "expected time, got a value of type datetime"),
    (timedelta, 1, "expected timedelta"),
    (ZoneInfo, "UTC", "expected ZoneInfo"),
    (UUID, "x", "expected UUID"),
    (Path, "x", "expected Path"),
    (Fraction, 1, "expected Fraction"),
    (slice, slice("a"), "at .stop: expected int"),
    (range, [1], "expected range"),
    (deque[int], [1], "expected deque[int]"),
    (set[int], {"a"}, "at {item}: expected int"),
    (OrderedDict[str, int], {"a": 1}, "expected OrderedDict"),
    (tuple[int, ...], [1], "expected tuple[int, ...]"),
    (dict[tuple[int, int], int], {(1, "a"): 1}, "at {key}[1]: expected int"),
    (Never, 1, "expected Never"),
]


@pytest.mark.parametrize(("annotation", "value", "message"), values, ids=str)
def test_a_value_of_another_type_is_refused(annotation, value, message):
    with pytest.raises(EncodingError) as raised:
        encoding_of(annotation).encode(value)
    assert message in str(raised.value)


def test_a_mere_object_is_refused():
    with pytest.raises(EncodingError, match="a value of type object cannot be stored"):
        encoding_of(object).encode(object())


@dataclass
class Unresolvable:
    part: Missing  # noqa: F821  (what the test is about)


@dataclass
class Listed(Tuned):
    x: int = 0


class Hidden:
    __slots__ = ("secret",)


@dataclass
class Hiding(Hidden):
    x: int = 0


annotations = [
    (dict[str, Plain], "Plain at {value} of dict[str, "),
    (
        Molecule,
        "TextIOWrapper at .logs{value}.file of Molecule has no encoding; pass what it contains",
    ),
    (Iterator, "it can be read only once"),
    (CoroutineType, "await it, or asyncio.run() it inside the function"),
    (ValueError, "return a str or a dataclass"),
    (type, "type has no encoding"),
    (memoryview, "use bytes"),
    (Unresolvable, "the annotation 'Missing' of Unresolvable.part means nothing"),
    ("int", "of which only the text is known"),
    (Listed, "inherits from the built-in list"),
    (Hiding, "the slot secret"),
    (3, "3 has no encoding"),
    ([int], "[<class 'int'>] has no encoding"),
    (Callable[[int], str], "Callable has no encoding; make the function a part of the task"),
    (int | Callable[[int], str], "make the function a part of the task"),
    (IO[str], "IO has no encoding; pass what it contains"),
    (tuple[int, *tuple[Plain, ...]], "Plain at [...] of"),
    (Tuned, "Tuned has no encoding; convert it to list"),
    (Self, "typing.Self has no encoding"),
    (Literal["a"] | list[Plain], "Plain at [...] of"),
]


@pytest.mark.parametrize(("annotation", "message"), annotations, ids=str)
def test_a_type_that_cannot_be_stored_is_refused_with_a_remedy(annotation, message):
    with pytest.raises(UnsupportedTypeError) as raised:
        encoding_of(annotation)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    "value",
    [object(), [print], {"a": Plain()}, lambda: 1, int, ValueError("x"), (1, {2j: Plain})],
)
def test_a_value_that_cannot_be_stored_is_refused(value):
    with pytest.raises(UnsupportedTypeError):
        encoding_of_value(value)


def test_an_attribute_that_is_not_a_field_is_refused():
    """It would be lost."""
    point = Point(1.0)
    point.color = "red"
    with pytest.raises(EncodingError, match="an attribute color that is not one of its fields"):
        encoding_of(Point).encode(point)


def test_a_field_without_a_value_is_refused():
    @dataclass
    class Lazy:
        x: int = field(init=False)

    with pytest.raises(EncodingError, match="the field x of this Lazy was never set"):
        encoding_of(Lazy).encode(Lazy())


def test_state_made_from_an_init_only_argument_is_refused():
    @dataclass
    class Scaled:
        x: float
        factor: InitVar[float] = 1.0

        def __post_init__(self, factor):
            self.scaled = self.x * factor

    with pytest.raises(EncodingError, match="scaled"):
        encoding_of(Scaled).encode(Scaled(1.0, 2.0))


def test_two_classes_of_one_name_and_the_same_fields_are_not_told_apart():
    def make():
        @dataclass
        class Twin:
            x: int

        return Twin

    with pytest.raises(UnsupportedTypeError, match="both called Twin"):
        encoding_of(make() | make())


@pytest.mark.parametrize("annotation", [Any, "Nested"])
def test_deep_nesting_is_a_clear_error(annotation):
    encoding = encoding_of(Nested if annotation == "Nested" else annotation)
    value = Nested() if annotation == "Nested" else []
    for _ in range(100_000):
        value = Nested(value) if annotation == "Nested" else [value]
    with pytest.raises(EncodingError, match="nested too deeply"):
        encoding.encode(value)
    with pytest.raises(EncodingError, match="nested too deeply"):
        encoding_of(Any).decode(b"[" * 100_000 + b"]" * 100_000)
    while value:  # taken apart by hand: its destructor would nest as deeply
        value = value.inner if annotation == "Nested" else value[0] if value else None


@dataclass
class Nested:
    inner: Nested | None = None


def test_a_value_inside_itself_is_a_clear_error():
    ring: list[Any] = []
    ring.append(ring)
    with pytest.raises(EncodingError, match="inside itself"):
        encoding_of(Any).encode(ring)
    with pytest.raises(UnsupportedTypeError, match="inside itself"):
        encoding_of_value(ring)


def test_an_exception_of_the_value_itself_is_a_clear_error():
    @dataclass
    class Broken:
        x: int

        def __getattribute__(self, name):
            if name == "x":
                raise ZeroDivisionError("in a property")
            return super().__getattribute__(name)

    with pytest.raises(EncodingError, match="ZeroDivisionError: in a property"):
        encoding_of(Broken).encode(Broken(1))


bad_bytes = [
    (int, b""),
    (int, b"1.0"),
    (int, b'"1"'),
    (int, b'{"$int":"zz"}'),
    (int, b'{"$int":1}'),
    (str, b'"\xff"'),
    (str, b"nonsense"),
    (list[int], b"{}"),
    (tuple[int, int], b"[1]"),
    (set[int], b"[1,1]"),
    (dict[int, int], b"[[1,1],[1,2]]"),
    (dict[int, int], b"[[1]]"),
    (dict[str, int], b'{"$dict":[["a",1],["a",2]]}'),
    (dict[str, int], b'{"$other":1}'),
    (Point, b'{"x":1}'),
    (Point, b'{"x":1,"y":2,"z":3}'),
    (Color, b'"BLUE"'),
    (date, b'"tomorrow"'),
    (ZoneInfo, b'"Mars/Olympus"'),
    (bytes | None, b'"not base 64"'),
    (int | str | bytes, b'{"$as":"float","value":1}'),
    (int | str, b"1.5"),
    (complex, b'{"$complex":[1]}'),
    (complex, b'{"$complex":[1,2]}'),
    (complex, b'"1"'),
    (bool, b"1"),
    (None, b"0"),
    (bytes | None, b"1"),
    (date, b"1"),
    (datetime, b"1"),
    (datetime, b'"noon"'),
    (datetime, b'{"$time":"2024-01-01T00:00:00","zone":"Mars/Olympus"}'),
    (timedelta, b"1"),
    (timedelta, b'"an hour"'),
    (ZoneInfo, b"1"),
    (Decimal, b'"one"'),
    (Decimal, b"1"),
    (Fraction, b'{"$fraction":[1,0]}'),
    (Fraction, b"1"),
    (UUID, b'"1"'),
    (UUID, b"1"),
    (Path, b"1"),
    (slice, b"[]"),
    (Access, b"64"),
    (Literal["a"], b'"b"'),
    (deque[int], b'{"$deque":[1,2],"maxlen":1}'),
    (deque[int], b'{"$deque":[1],"maxlen":null}'),
    (deque[int], b"1"),
    (list[int], b'["a"]'),
    (tuple[int, str], b"[1,1]"),
    (tuple[int, ...], b"1"),
    (set[int], b"1"),
    (Counter[str], b"1"),
    (defaultdict[str, int], b'{"$defaultdict":"exec","items":[]}'),
    (defaultdict[str, int], b'{"$defaultdict":"int"}'),
    (dict[int, int], b'[[1,"a"]]'),
    (dict[str, int], b'{"a":"b"}'),
    (dict[str, int], b'{"$dict":[1]}'),
    (dict[str, int], b'{"$dict":[[1,1]]}'),
    (Settings, b"[]"),
    (Settings, b'{"depth":"x"}'),
    (Settings, b'{"depth":1,"width":2}'),
    (Annotated[int, msgspec.Meta(ge=0)], b"-1"),
    (Never, b"null"),
    (Point, b"[]"),
    (Point, b'{"x":1,"y":"a"}'),
    (range, b'{"$range":[0,1,0]}'),
    (Any, b'{"$unknown":1}'),
    (set[tuple[int, ...] | list[int]], b"[[1]]"),
]


@pytest.mark.parametrize(("annotation", "data"), bad_bytes, ids=str)
def test_bytes_of_another_type_are_refused(annotation, data):
    with pytest.raises(EncodingError, match="cannot read this"):
        encoding_of(annotation).decode(data)
