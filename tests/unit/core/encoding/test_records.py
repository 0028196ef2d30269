"""Classes with fields come back with their whole state, and nothing runs a second time."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Final, Generic, NamedTuple, Self, TypedDict, TypeVar

import msgspec
import pytest
import typing_extensions

from funsies.core.encoding import encoding_of, encoding_of_value
from funsies.core.errors import EncodingError

T = TypeVar("T")
S = TypeVar("S")


def there_and_back(annotation, value):
    encoding = encoding_of(annotation)
    return encoding.decode(encoding.encode(value))


def test_the_state_of_fields_without_init_comes_back():
    @dataclass
    class Mean:
        values: list[float]
        mean: float = field(init=False, compare=False, repr=False)

        def __post_init__(self):
            self.mean = sum(self.values)

    value = Mean([1.0, 2.0])
    value.mean = 7.0
    assert there_and_back(Mean, value).mean == 7.0


def test_an_object_is_not_initialised_again():
    calls = []

    @dataclass
    class Counted:
        x: int

        def __post_init__(self):
            calls.append(self.x)

    value = Counted(1)
    assert there_and_back(Counted, value) == value
    assert calls == [1]


def test_only_fields_are_stored():
    @dataclass(frozen=True, slots=True)
    class Everything:
        shared: ClassVar[int] = 3
        first: Final[int] = 1
        _: KW_ONLY
        last: str = "z"

    encoding = encoding_of(Everything)
    assert encoding.encode(Everything(2, last="a")) == b'{"first":2,"last":"a"}'
    assert there_and_back(Everything, Everything(2)) == Everything(2)


def test_a_cached_property_is_computed_again():
    @dataclass
    class Lazy:
        x: int

        @cached_property
        def double(self) -> int:
            return 2 * self.x

    value = Lazy(2)
    assert value.double == 4
    assert there_and_back(Lazy, value).double == 4


def test_type_variables_stand_for_the_arguments_of_the_class():
    @dataclass
    class Two(Generic[T, S]):
        first: T
        second: list[S]

    @dataclass
    class Half(Two[bytes, S]):
        more: S

    @dataclass
    class Whole(Half[int]):
        pass

    value = Whole(b"x", [1], 2)
    assert there_and_back(Whole, value) == value
    with pytest.raises(EncodingError, match=r"at .second\[0\]: expected int"):
        encoding_of(Whole).encode(Whole(b"x", ["y"], 2))
    both = Half(b"x", ["y"], "z")
    assert there_and_back(Half[str], both) == both
    assert encoding_of_value(both) == encoding_of(Half[str])
    assert encoding_of_value(Two(1, ["a"])) == encoding_of(Two[int, str])


def test_named_tuples_come_back_without_their_own_new():
    class Checked(NamedTuple):
        x: int
        y: int = 2

    class Derived(Checked):
        __slots__ = ()

        def __new__(cls, x):
            return super().__new__(cls, x, x + 1)

    Bare = namedtuple("Bare", ["a", "b"])  # noqa: PYI024  (what the test is about)
    for value in (Checked(1), Derived(5), Bare(1, ["x"])):
        found = there_and_back(type(value), value)
        assert found == value
        assert type(found) is type(value)


def test_a_generic_named_tuple_has_typed_fields():
    class Boxed(NamedTuple, Generic[T]):
        content: T

    assert there_and_back(Boxed[bytes], Boxed(b"x")) == Boxed(b"x")


def test_typed_dicts_keep_their_keys():
    class Base(TypedDict):
        kind: str

    class Full(Base, total=False):
        size: int
        note: typing_extensions.ReadOnly[typing_extensions.Required[str]]

    assert there_and_back(Full, {"kind": "a", "note": "b"}) == {"kind": "a", "note": "b"}
    with pytest.raises(EncodingError, match="without the key 'note'"):
        encoding_of(Full).encode({"kind": "a"})
    Dollar = TypedDict("Dollar", {"$ref": str, "in": int})
    encoding = encoding_of(Dollar)
    assert encoding.encode({"in": 1, "$ref": "x"}) == b'{"$dict":[["in",1],["$ref","x"]]}'
    assert there_and_back(Dollar, {"in": 1, "$ref": "x"}) == {"in": 1, "$ref": "x"}


def test_typed_dicts_keep_the_order_of_their_keys():
    class Both(TypedDict):
        b: int
        a: int

    for value in ({"a": 1, "b": 2}, {"b": 2, "a": 1}):
        assert list(there_and_back(Both, value)) == list(value)


def test_structs_come_back_whatever_their_options():
    class Odd(
        msgspec.Struct,
        frozen=True,
        tag="odd",
        rename="camel",
        omit_defaults=True,
        array_like=True,
        kw_only=True,
    ):
        long_name: int = 0
        other: list[bytes] = []

        def __post_init__(self):
            msgspec.structs.force_setattr(self, "long_name", self.long_name + 1)

    value = Odd(long_name=3, other=[b"x"])
    found = there_and_back(Odd, value)
    assert (found.long_name, found.other) == (4, [b"x"])


def test_a_generic_struct_has_typed_fields():
    class Holder(msgspec.Struct, Generic[T]):
        content: T

    assert there_and_back(Holder[bytes], Holder(b"x")) == Holder(b"x")


def test_a_class_may_mention_itself_as_self():
    value = Chain(1, Chain(2))
    assert there_and_back(Chain, value) == value
    assert encoding_of(Chain).descriptor == (
        "Chain\ndataclass Chain(value: int, next: Chain | None = ...)"
    )


def test_classes_that_mention_one_another_come_back():
    value = Person("a", Company("b", [Person("c")]))
    assert there_and_back(Person, value) == value
    assert there_and_back(list[Company | Any], []) == []


@dataclass
class Chain:
    value: int
    next: Self | None = None


@dataclass
class Person:
    name: str
    employer: Company | None = None


@dataclass
class Company:
    name: str
    staff: list[Person]
