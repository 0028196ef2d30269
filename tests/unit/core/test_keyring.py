"""Signatures: what was changed on the way, or signed by somebody else, is found."""

from __future__ import annotations

import hmac

from hypothesis import given
from hypothesis import strategies as st

from funsies.core.keyring import NO_KEYS, Keyring

keys = st.lists(st.binary(min_size=1), min_size=1, max_size=3, unique=True).map(
    lambda each: Keyring(tuple(each))
)
records = st.binary(max_size=9)
kinds = st.sampled_from([b"task", b"operation", b"result"])


@given(keys, kinds, records)
def test_what_was_signed_is_accepted(ours: Keyring, kind: bytes, record: bytes) -> None:
    assert ours.accepts(ours.sign(kind, record), kind, record)


@given(keys, kinds, records, kinds, records)
def test_another_record_and_one_of_another_kind_are_refused(
    ours: Keyring, kind: bytes, record: bytes, other_kind: bytes, other: bytes
) -> None:
    is_same = (kind, record) == (other_kind, other)
    assert ours.accepts(ours.sign(kind, record), other_kind, other) == is_same


def test_another_key_and_no_signature_are_refused() -> None:
    ours = Keyring((b"key",))
    assert not ours.accepts(Keyring((b"other",)).sign(b"task", b"a"), b"task", b"a")
    assert not ours.accepts(b"", b"task", b"a")
    assert not ours.accepts(NO_KEYS.sign(b"task", b"a"), b"task", b"a")


def test_the_first_key_signs_and_what_any_has_signed_is_accepted() -> None:
    old, new = Keyring((b"old",)), Keyring((b"new",))
    both = Keyring((b"new", b"old"))
    assert both.sign(b"task", b"a") == new.sign(b"task", b"a")
    assert both.accepts(old.sign(b"task", b"a"), b"task", b"a")
    assert not new.accepts(old.sign(b"task", b"a"), b"task", b"a")


def test_without_a_key_nothing_is_signed_or_asked_for() -> None:
    assert NO_KEYS.sign(b"task", b"a") == b""
    assert NO_KEYS.accepts(b"", b"task", b"a")


def test_keys_are_not_shown() -> None:
    assert "secret" not in repr(Keyring((b"secret",)))


@given(st.binary(min_size=1), kinds, records)
def test_a_signature_is_half_of_an_hmac(key: bytes, kind: bytes, record: bytes) -> None:
    whole = hmac.digest(key, kind + b"\0" + record, "sha256")
    assert Keyring((key,)).sign(kind, record) == whole[:16]
