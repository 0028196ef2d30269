"""Errors are data: frozen, bounded, and the same after a journey through the server."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funsies.core.errors import (
    INFRASTRUCTURE,
    MAX_DETAILS_CHARACTERS,
    EncodingError,
    Error,
    ErrorKind,
    FunsiesError,
    UnwrapError,
    decode_error,
    encode_error,
)

any_text = st.text(st.characters(codec=None, exclude_categories=()))
errors = st.builds(
    Error,
    kind=st.sampled_from(ErrorKind),
    source=st.none() | st.text(),
    details=any_text,
    exit_code=st.none() | st.integers(-64, 255),
    signal=st.none() | st.just("SIGKILL"),
    attempts=st.none() | st.integers(1, 9),
    peak_memory_bytes=st.none() | st.integers(0, 2**60),
)


@given(errors)
def test_errors_come_back_as_they_were(error: Error) -> None:
    assert decode_error(encode_error(error)) == error


@given(any_text)
def test_details_are_valid_unicode(text: str) -> None:
    Error(kind=ErrorKind.ExceptionRaised, details=text).details.encode()


def test_endless_details_are_cut_in_the_middle() -> None:
    text = "begin " + "x" * 50_000_000 + " end"
    details = Error(kind=ErrorKind.ExceptionRaised, details=text).details
    assert len(details) <= MAX_DETAILS_CHARACTERS
    assert details.startswith("begin")
    assert details.endswith(" end")
    assert "characters left out" in details


def test_details_of_many_surrogates_are_bounded_after_escaping() -> None:
    details = Error(kind=ErrorKind.ExceptionRaised, details="\ud800" * 200_000).details
    assert len(details) <= MAX_DETAILS_CHARACTERS


def test_an_error_cannot_be_changed() -> None:
    error = Error(kind=ErrorKind.Cancelled)
    with pytest.raises(dataclasses.FrozenInstanceError):
        error.details = "other"  # type: ignore[misc]


def test_bytes_that_are_no_error_are_refused() -> None:
    with pytest.raises(EncodingError, match="not an encoded Error"):
        decode_error(b'{"kind": "NoSuchKind"}')


def test_kinds_say_whether_the_step_itself_is_to_blame() -> None:
    about_the_step = {
        ErrorKind.ExceptionRaised,
        ErrorKind.ReturnedFailure,
        ErrorKind.CommandFailed,
        ErrorKind.MissingOutput,
        ErrorKind.InvalidOutput,
        ErrorKind.EncodingFailed,
        ErrorKind.DecodingFailed,
        ErrorKind.InvalidInput,
    }
    assert set(ErrorKind) - INFRASTRUCTURE == about_the_step
    assert Error(kind=ErrorKind.WorkerLost).is_infrastructure
    assert not Error(kind=ErrorKind.CommandFailed).is_infrastructure


def test_unwrapping_names_the_kind_the_step_and_the_details() -> None:
    error = Error(
        kind=ErrorKind.ExceptionRaised, source="ab" * 32, task="mean", details="ValueError: no"
    )
    raised = UnwrapError(error)
    assert str(raised) == "ExceptionRaised in mean ababababab\nValueError: no"
    assert raised.error is error
    assert isinstance(raised, FunsiesError)


def test_kinds_that_have_another_name_now_are_there_under_both() -> None:
    kind: object = ErrorKind.EncodingFailed
    assert ErrorKind.JSONEncodingError is kind
    assert ErrorKind.JSONDecodingError is ErrorKind.DecodingFailed
    assert ErrorKind.DataNotFound is ErrorKind.DataMissing
    match kind:
        case ErrorKind.JSONDecodingError:
            raise AssertionError
        case ErrorKind.JSONEncodingError:
            pass
    assert "DataNotFound" not in [*ErrorKind]
