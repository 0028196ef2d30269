"""Addresses: two different records never share one."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funsies.core.digest import DIGEST_BYTES, content_digest, digest, encode_record

leaves = (
    st.binary(max_size=20)
    | st.text(st.characters(codec=None, exclude_categories=()), max_size=20)
    | st.integers()
    | st.booleans()
    | st.none()
)
fields = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4), max_leaves=12)


def typed(field: Any) -> Any:
    """The field with the type of each part: 1 and True are equal, but not the same."""
    if isinstance(field, (list, tuple)):
        return ("sequence", *map(typed, field))
    return type(field).__name__, field


@given(fields, fields)
def test_different_records_have_different_encodings(one: Any, other: Any) -> None:
    assert (encode_record(one) == encode_record(other)) == (typed(one) == typed(other))


@given(st.lists(st.text(max_size=6), max_size=4), st.lists(st.text(max_size=6), max_size=4))
def test_joining_texts_elsewhere_makes_a_difference(one: list[str], other: list[str]) -> None:
    """``("a && b", "c")`` and ``("a", "b && c")`` are not the same."""
    assert (encode_record(one) == encode_record(other)) == (one == other)


@given(fields)
def test_no_encoding_begins_with_another_one(field: Any) -> None:
    """So a sequence can be read back in one way only, even nested or cut."""
    whole = encode_record(field)
    assert encode_record([field, field]) != encode_record([field]) + whole
    assert not encode_record([field]).startswith(whole)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a", "bc"), ("ab", "c")),
        (1, True),
        (0, False),
        (0, None),
        ("1", 1),
        ("a", b"a"),
        ((), ("",)),
        ((("a",), "b"), ("a", ("b",))),
        ("\ud800", "?"),
        (-1, 1),
    ],
)
def test_what_looks_alike_is_kept_apart(one: Any, other: Any) -> None:
    assert encode_record(one) != encode_record(other)


def test_integers_of_thousands_of_digits_are_told_apart() -> None:
    assert encode_record(10**5000) != encode_record(10**5000 + 1)


def test_lists_and_tuples_are_the_same() -> None:
    assert encode_record(["a", (1,)]) == encode_record(("a", [1]))


@pytest.mark.parametrize("field", [1.0, {"a": 1}, {1}, object(), bytearray(b"a")])
def test_what_has_no_canonical_form_is_refused(field: Any) -> None:
    with pytest.raises(TypeError, match=f"cannot hash a {type(field).__name__}"):
        encode_record(field)


def test_the_kind_of_what_is_hashed_counts() -> None:
    assert digest("task", "a") != digest("operation", "a")
    assert digest("task", "a") != digest("task", ["a"])
    assert len(digest("task")) == DIGEST_BYTES


def test_the_address_of_content_is_what_sha256sum_prints() -> None:
    assert content_digest(b"abc") == hashlib.sha256(b"abc").digest()
