"""The record of a run: read back, or not there."""

from __future__ import annotations

import json

import pytest

from funsies.run.record import decode_record, execution_record


def test_a_record_is_read_back() -> None:
    record = decode_record(execution_record(1.5, 0.25, "w", 2))
    assert record is not None
    assert (record.started, record.seconds, record.worker, record.attempt) == (
        1.5,
        0.25,
        "w",
        2,
    )


@pytest.mark.parametrize("at", range(0, 60, 7))
@pytest.mark.parametrize("by", [0x01, 0x91, 0x80])
def test_a_record_with_a_flipped_bit_is_read_or_not_there(at: int, by: int) -> None:
    """What is no UTF-8 any more is no raw error, either."""
    data = bytearray(execution_record(1.5, 0.25, "worker" * 9, 2))
    data[at] ^= by
    decode_record(bytes(data))
    assert decode_record(bytes(data[:at])) is None


@pytest.mark.parametrize("damaged", ["zz", "abc", "ab" * 31, "ab" * 32 + "\n"])
def test_a_record_whose_hash_is_none_is_not_there(damaged: str) -> None:
    """Who follows it to the step that it names would fail, and the program with it."""
    good = "ab" * 32
    data = execution_record(1.5, 0.25, "w", 1, delegated_to=good)
    record = decode_record(data)
    assert record is not None
    assert record.delegated_to == good
    written = json.dumps(damaged).encode()
    assert decode_record(data.replace(json.dumps(good).encode(), written)) is None
