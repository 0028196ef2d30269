"""The record of a run: read back, or not there."""

from __future__ import annotations

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
