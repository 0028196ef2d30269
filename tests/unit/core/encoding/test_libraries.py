"""Classes of other libraries, where these are installed."""

from __future__ import annotations

from datetime import date, time
from functools import cached_property
from typing import Any

import pytest

from funsies.core.encoding import contradicts, encoding_of, encoding_of_value
from funsies.core.errors import EncodingError, UnsupportedTypeError


def there_and_back(annotation, value):
    encoding = encoding_of(annotation)
    return encoding.decode(encoding.encode(value))


def test_results_come_back():
    from returns.result import Failure, Result, Success  # noqa: PLC0415

    annotation = Result[list[int], str | bytes]
    for value in (Success([1, 2]), Failure("no"), Failure(b"no")):
        assert there_and_back(annotation, value) == value
        assert there_and_back(annotation | None, value) == value
        assert not contradicts(encoding_of(annotation), encoding_of_value(value))
    assert encoding_of(annotation).descriptor == "Result[list[int], str | bytes]"
    with pytest.raises(EncodingError, match=r"at .success\[0\]: expected int"):
        encoding_of(annotation).encode(Success(["x"]))
    with pytest.raises(EncodingError):
        encoding_of(annotation).decode(b'{"$success":[1],"$failure":"x"}')


def test_attrs_classes_come_back():
    attrs = pytest.importorskip("attrs")

    @attrs.define
    class Slotted:
        x: int
        y: list[bytes] = attrs.field(factory=list, converter=list)
        z: int = attrs.field(init=False, default=3)

    @attrs.frozen(cache_hash=True)
    class Frozen:
        x: tuple[int, ...] = attrs.field(alias="other")

    value = Slotted(1, (b"a",))
    value.z = 7
    assert there_and_back(Slotted, value) == value
    frozen = Frozen((1, 2))
    assert there_and_back(Frozen, frozen) == frozen
    assert hash(there_and_back(Frozen, frozen)) == hash(frozen)
    assert encoding_of(Slotted).descriptor == (
        "Slotted\nattrs Slotted(x: int, y: list[bytes] = ..., z: int = ...)"
    )


def test_pydantic_models_come_back():
    pydantic = pytest.importorskip("pydantic")

    class Point(pydantic.BaseModel):
        x: int
        label: str | None = pydantic.Field(default=None, alias="lab")
        sizes: set[int] = pydantic.Field(default_factory=set)

        @cached_property
        def double(self) -> int:
            return 2 * self.x

    class Group(pydantic.BaseModel):
        points: list[Point]

    value = Point(x=1)
    assert value.double == 2
    found = there_and_back(Point, value)
    assert found == value
    assert found.model_fields_set == {"x"}
    group = Group(points=[Point(x=1, lab="a", sizes={1})])
    assert there_and_back(Group, group) == group
    broken = Point.model_construct(x="not an int")
    with pytest.raises(EncodingError, match=r"at \.x: expected int"):
        encoding_of(Point).encode(broken)


@pytest.mark.parametrize("text", ["2024-01-02T03:04:05Z", "2024-01-02T03:04:05-05:30"])
def test_times_that_pydantic_has_read_come_back_with_its_time_zone(text):
    pydantic = pytest.importorskip("pydantic")

    class Seen(pydantic.BaseModel):
        at: pydantic.AwareDatetime
        clock: time
        born: pydantic.PastDate | None = None

    value = Seen.model_validate({"at": text, "clock": text[11:], "born": "1999-12-31"})
    found = there_and_back(Seen, value)
    assert found == value
    assert type(found.at.tzinfo) is type(value.at.tzinfo)
    assert found.at.tzinfo == value.at.tzinfo
    assert type(found.born) is date
    assert type(there_and_back(Any, value.at).tzinfo) is type(value.at.tzinfo)


def test_pydantic_state_that_would_be_lost_is_refused():
    pydantic = pytest.importorskip("pydantic")

    class Extra(pydantic.BaseModel, extra="allow"):
        x: int

    class Private(pydantic.BaseModel):
        _secret: int = 1

    with pytest.raises(EncodingError, match="extra or private"):
        encoding_of(Extra).encode(Extra(x=1, y=2))
    with pytest.raises(UnsupportedTypeError, match="_secret"):
        encoding_of(Private)


def test_numpy_scalars_become_the_python_values_that_equal_them():
    numpy = pytest.importorskip("numpy")
    given = [
        (int, numpy.int64(3), 3),
        (int, numpy.uint64(2**64 - 1), 2**64 - 1),
        (int, numpy.bool_(True), True),
        (float, numpy.float64(0.1), 0.1),
        (float, numpy.float32(0.1), float(numpy.float32(0.1))),
        (float, numpy.int8(1), 1),
        (float | str, numpy.float16(0.5), 0.5),
        (complex, numpy.complex64(1 + 2j), 1 + 2j),
        (bool, numpy.bool_(False), False),
        (str, numpy.str_("x"), "x"),
    ]
    for annotation, value, expected in given:
        for found in (
            there_and_back(annotation, value),
            there_and_back(list[annotation], [value])[0],
        ):
            assert found == expected
            assert type(found) is type(expected)
        own = encoding_of_value(value)
        assert type(own.decode(own.encode(value))) is type(value)


def test_numpy_values_that_python_does_not_have_are_refused():
    numpy = pytest.importorskip("numpy")
    given = [
        (int, numpy.float64(1)),
        (int, numpy.timedelta64(1, "s")),
        (int, numpy.array(1)),
        (bool, numpy.int8(1)),
        (float, numpy.complex128(1)),
        (str, numpy.int8(1)),
    ]
    for annotation, value in given:
        with pytest.raises(EncodingError):
            encoding_of(annotation).encode(value)


def test_addresses_and_secrets_of_pydantic_come_back():
    pydantic = pytest.importorskip("pydantic")

    class Account(pydantic.BaseModel):
        page: pydantic.HttpUrl
        database: pydantic.PostgresDsn | None
        password: pydantic.SecretStr
        token: pydantic.SecretBytes

    value = Account(
        page="https://example.org/a?b=c#d",
        database="postgres://user@host:5432,other/app",
        password="p",
        token=b"t",
    )
    again = there_and_back(Account, value)
    assert again == value
    assert type(again.page) is type(value.page)
    assert again.password.get_secret_value() == "p"
    for part in (value.page, value.database, value.password, value.token):
        assert there_and_back(type(part), part) == part
    with pytest.raises(EncodingError):
        encoding_of(pydantic.HttpUrl).decode(b'"no address"')


def test_what_an_attrs_class_with_slots_computes_when_asked_is_no_state():
    attrs = pytest.importorskip("attrs")

    @attrs.define
    class Square:
        side: float

        @cached_property
        def area(self) -> float:
            return self.side**2

    value = Square(2.0)
    for _ in range(2):  # the second time it has been computed
        again = there_and_back(Square, value)
        assert (again, again.area) == (value, 4.0)
        assert value.area == 4.0
