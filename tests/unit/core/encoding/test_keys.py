"""Keys of dicts and items of sets: scalars of NumPy, and NaN, wherever they stand."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import attrs
import msgspec
import numpy as np
import pytest

from funsies.core.encoding import encoding_of, encoding_of_value
from funsies.core.errors import EncodingError

NAN = float("nan")


@dataclass(frozen=True)
class Price:
    _: KW_ONLY
    amount: Decimal


class Pair(NamedTuple):
    amount: Decimal


class Packed(msgspec.Struct, frozen=True):
    amount: Decimal


@attrs.frozen
class Made:
    amount: Decimal


NANS = [
    NAN,
    np.float64("nan"),
    np.datetime64("NaT", "s"),
    Decimal("NaN"),
    complex(NAN, 1),
    (NAN,),
    (np.nan, 1),
    (Decimal("NaN"), 1),
    ((1, (complex(0, NAN),)),),
    frozenset([(Decimal("-NaN"),)]),
    Price(amount=Decimal("NaN")),
    Pair(Decimal("NaN")),
    Packed(Decimal("NaN")),
    Made(Decimal("NaN")),
    (1, Price(amount=Decimal("NaN"))),
]


@pytest.mark.parametrize(
    "make", [lambda key: {key}, lambda key: frozenset([key]), lambda key: {key: 1}]
)
@pytest.mark.parametrize("key", NANS, ids=repr)
def test_nan_is_refused_where_values_are_found_by_being_equal(key, make):
    """Alike under its own annotation, under ``Any``, and without any."""
    value = make(key)
    kind = type(value)
    arguments = (type(key), int) if kind is dict else type(key)
    for encoding in (
        encoding_of(kind[arguments]),
        encoding_of(kind),
        encoding_of(Any),
        encoding_of_value(value),
    ):
        with pytest.raises(EncodingError, match="NaN"):
            encoding.encode(value)


def test_what_only_looks_like_nan_is_a_key():
    value = {("NaN", '{"$float":"nan"}', Decimal(1)): "NaN"}
    for encoding in (encoding_of(Any), encoding_of_value(value)):
        assert encoding.decode(encoding.encode(value)) == value


@pytest.mark.parametrize(
    ("annotation", "key", "plain"),
    [
        (dict[str, int], np.str_("a"), "a"),
        (dict[int, int], np.int64(1), 1),
        (dict[int, int], np.uint8(1), 1),
        (dict[float, int], np.float64(0.5), 0.5),
        (dict[bool, int], np.bool_(True), True),
        (dict[complex, int], np.complex128(1j), 1j),
        (dict[int | str, int], np.str_("a"), "a"),
        (dict[tuple[str, int], int], (np.str_("a"), np.int32(1)), ("a", 1)),
        (dict, np.str_("a"), "a"),
        (Any, np.str_("a"), "a"),
        (Any, np.int64(1), 1),
    ],
    ids=str,
)
def test_a_scalar_of_numpy_as_a_key_is_the_python_value_that_equals_it(annotation, key, plain):
    encoding = encoding_of(annotation)
    stored = encoding.encode({key: 1})
    assert stored == encoding.encode({plain: 1})
    (read,) = encoding.decode(stored)
    assert type(read) is type(plain)


def test_a_scalar_of_numpy_is_no_key_where_another_type_is_asked_for():
    with pytest.raises(EncodingError, match="1 as a key"):
        encoding_of(dict[str, int]).encode({np.int64(1): 1})
    with pytest.raises(EncodingError, match="expected int"):
        encoding_of(dict[int, int]).encode({np.str_("a"): 1})


@pytest.mark.parametrize("key", [np.str_("a"), np.int64(1), np.float64(0.5)], ids=repr)
def test_a_key_without_an_annotation_comes_back(key):
    value = {key: 1}
    encoding = encoding_of_value(value)
    assert encoding.decode(encoding.encode(value)) == value
