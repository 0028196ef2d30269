"""Options: checked when they are made, not hours later on a worker."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funsies.core.errors import OptionError
from funsies.core.options import Options, decode_options, encode_options

options = st.builds(
    Options,
    queue=st.sampled_from(["default", "gpu"]),
    priority=st.integers(-(2**31), 2**31),
    timeout_seconds=st.none() | st.floats(0.001, 1e9),
    retries=st.integers(0, 99),
    retry_delay_seconds=st.floats(0, 1e6),
    distributed=st.booleans(),
    isolated=st.booleans(),
    fresh_directory=st.booleans(),
    env=st.dictionaries(st.sampled_from(["A", "B", "C"]), st.text("abc\n é", max_size=5)),
    max_output_bytes=st.none() | st.integers(0, 2**40),
)


@given(options)
def test_options_come_back_as_they_were(given_options: Options) -> None:
    assert decode_options(encode_options(given_options)) == given_options


def test_equal_options_have_equal_bytes_whatever_the_order_of_the_environment() -> None:
    one, other = Options(env={"A": "1", "B": "2"}), Options(env={"B": "2", "A": "1"})
    assert encode_options(one) == encode_options(other)
    assert hash(one) == hash(other)


def test_a_change_of_the_callers_environment_does_not_reach_the_options() -> None:
    env = {"A": "1"}
    made = Options(env=env)
    env["A"] = "2"
    assert made.env == {"A": "1"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"queue": ""}, "cannot name a queue"),
        ({"queue": "a@3.11"}, "cannot name a queue"),
        ({"queue": "a\nb"}, "cannot name a queue"),
        ({"queue": 3}, "queue is a name"),
        ({"priority": 1.5}, "priority is a whole number"),
        ({"timeout_seconds": 0}, "timeout_seconds is more than 0.*None means no limit"),
        ({"timeout_seconds": -3}, "timeout_seconds is more than 0"),
        ({"timeout_seconds": float("nan")}, "finite"),
        ({"timeout_seconds": float("inf")}, "None means no limit"),
        ({"timeout_seconds": 10**30}, "at most .*None means no limit"),
        ({"retries": 2**32}, "retries is at most 1000000000"),
        ({"lost_retries": 2**32 - 1}, "lost_retries is at most 1000000000"),
        ({"max_output_bytes": 10**30}, "max_output_bytes is at most .*None means no limit"),
        ({"timeout_seconds": "60"}, "timeout_seconds is a number"),
        ({"timeout_seconds": True}, "timeout_seconds is a number"),
        ({"retries": -1}, "retries is 0 or more"),
        ({"retries": None}, "retries is a whole number"),
        ({"retry_delay_seconds": -1}, "retry_delay_seconds is 0 or more"),
        ({"lost_retries": -1}, "lost_retries is 0 or more"),
        ({"max_output_bytes": -1}, "max_output_bytes is 0 or more"),
        ({"distributed": 0}, "distributed is True or False"),
        ({"evaluate": "no"}, "evaluate is True or False"),
        ({"fresh_directory": "/tmp"}, "fresh_directory is True or False"),  # noqa: S108
        ({"env": ["A=1"]}, "env is a mapping"),
        ({"env": {"A": 1}}, "must be a text"),
        ({"env": {"A": "b\udcff"}}, "is not valid Unicode"),
        ({"env": {"A=B": "1"}}, "cannot name an environment variable"),
        ({"env": {"A": "\0"}}, "without NUL"),
    ],
)
def test_values_that_make_no_sense_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        Options(**changes)


def test_the_timeout_of_08_is_that_in_seconds() -> None:
    assert Options(timeout_seconds=2.5).timeout == 2.5
    assert Options().timeout == -1
    assert b'"timeout"' not in encode_options(Options())
