"""Signatures: what was changed on the way, or signed by somebody else, is found."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from funsies.core.signing import is_signed, sign

fields = st.lists(st.binary(max_size=9) | st.text("ab", max_size=9) | st.booleans(), max_size=4)


@given(st.binary(min_size=1), fields)
def test_what_was_signed_is_accepted(key: bytes, record: list[bytes | str | bool]) -> None:
    assert is_signed(key, sign(key, *record), *record)


@given(st.binary(min_size=1), fields, fields)
def test_another_record_is_refused(
    key: bytes, record: list[bytes | str | bool], other: list[bytes | str | bool]
) -> None:
    same = [(type(each), each) for each in record] == [(type(each), each) for each in other]
    assert is_signed(key, sign(key, *record), *other) == same


def test_another_key_and_no_signature_are_refused() -> None:
    assert not is_signed(b"key", sign(b"other", "a"), "a")
    assert not is_signed(b"key", b"", "a")
    assert not is_signed(b"key", sign(None, "a"), "a")


def test_without_a_key_nothing_is_signed_or_asked_for() -> None:
    assert sign(None, "a") == b""
    assert is_signed(None, b"", "a")
