"""A union says which member a value is of only where its JSON does not tell."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Literal, Optional, Union

import pytest

from funsies.core.encoding import encoding_of
from funsies.core.errors import EncodingError


@dataclass
class A:
    x: int


@dataclass
class B:
    x: int


cases = [
    (int | None, None, b"null"),
    (int | None, 1, b"1"),
    (Optional[str], "a", b'"a"'),  # noqa: UP045  (people write it so)
    (int | float, 1, b"1"),
    (int | float, 1.0, b"1.0"),
    (bool | int, True, b"true"),
    (str | bytes, "a", b'"a"'),
    (str | bytes, b"a", b'{"$as":"bytes","value":"YQ=="}'),
    (int | bytes, b"a", b'"YQ=="'),
    (A | None, A(1), b'{"x":1}'),
    (A | B, A(1), b'{"$as":"A","value":{"x":1}}'),
    (A | B, B(1), b'{"$as":"B","value":{"x":1}}'),
    (A | dict[str, int], {"x": 1}, b'{"x":1}'),
    (A | dict[str, int], A(1), b'{"$as":"A","value":{"x":1}}'),
    (list[int] | tuple[int, ...], [1], b"[1]"),
    (list[int] | tuple[int, ...], (1,), b'{"$as":"tuple[int, ...]","value":[1]}'),
    (list[int] | list[A], [1], b'{"$as":"list[int]","value":[1]}'),
    (Literal["a"] | str, "a", b'"a"'),  # noqa: PYI051  (people write it for completion)
    (Literal["a"] | bytes, b"a", b'{"$as":"bytes","value":"YQ=="}'),
    (Literal[10**30] | None, 10**30, b'{"$int":"0xc9f2c9cd04674edea40000000"}'),
    (Literal[1, True], True, b'{"$as":"Literal[True]","value":true}'),
    (int | Any, {"$as": 1}, b'{"$dict":[["$as",1]]}'),
    (str | float | None, float("inf"), b'{"$float":"inf"}'),
]


@pytest.mark.parametrize(("annotation", "value", "stored"), cases, ids=str)
def test_a_member_is_named_only_where_it_must_be(annotation, value, stored):
    encoding = encoding_of(annotation)
    assert encoding.encode(value) == stored
    assert encoding.decode(stored) == value
    assert type(encoding.decode(stored)) is type(value)


def test_an_enclosed_union_is_part_of_the_enclosing_one():
    assert encoding_of(int | Union[str, None]) == encoding_of(int | str | None)  # noqa: UP007


def test_a_literal_is_not_named_by_a_member_of_an_enumeration_that_equals_it():
    """Neither alone nor beside others: what is read back would be something else."""

    class Size(IntEnum):
        SMALL = 1

    for annotation in (Literal[1], Literal["a", 1]):
        with pytest.raises(EncodingError):
            encoding_of(annotation).encode(Size.SMALL)
        assert encoding_of(annotation).encode(1) == b"1"
