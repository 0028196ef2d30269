"""The record of a run: read back, or not there."""

from __future__ import annotations

import os

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from funsies.run.execution import HOST, Usage, execution_record
from funsies.store.execution_record import decode_record


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


@given(
    started=st.floats(0, 4e9),
    seconds=st.floats(0, 1e8),
    worker=st.text(max_size=40),
    attempt=st.integers(1, 1 << 40),
    sizes=st.none() | st.integers(0, 1 << 50),
)
def test_a_record_says_what_was_recorded(started, seconds, worker, attempt, sizes):
    """Times to the microsecond, all else as it was."""
    found = decode_record(
        execution_record(
            started,
            seconds,
            worker,
            attempt,
            usage=Usage(seconds, sizes),
            bytes_in=sizes,
            bytes_out=sizes,
            linked=attempt > 1,
        )
    )
    assert found is not None
    times = (started, seconds, seconds)
    assert (found.started, found.seconds, found.cpu_seconds) == pytest.approx(times, abs=2e-6)
    assert (found.worker, found.attempt, found.linked) == (worker, attempt, attempt > 1)
    assert (found.host, found.pid) == (HOST, os.getpid())
    assert {found.peak_memory_bytes, found.bytes_in, found.bytes_out} == {sizes}


def test_a_record_of_a_usual_step_is_of_few_bytes() -> None:
    """There is one for each step that a server knows."""
    usage = Usage(0.000061, 47_411_200)
    data = execution_record(
        1796003724.365788, 0.000058, "w:1", 1, usage=usage, bytes_in=7, bytes_out=7
    )
    assert len(data) - len(HOST) <= 40


@pytest.mark.parametrize("bytes_of_address", [1, 31, 33, 64])
def test_a_record_whose_hash_is_none_is_not_there(bytes_of_address: int) -> None:
    """Who follows it to the step that it names would fail, and the program with it."""
    good = b"\xab" * 32
    data = execution_record(1.5, 0.25, "w", 1, delegated_to=good.hex())
    record = decode_record(data)
    assert record is not None
    assert record.delegated_to == good.hex()
    damaged = msgspec.msgpack.encode(b"\xab" * bytes_of_address)
    assert decode_record(data.replace(msgspec.msgpack.encode(good), damaged)) is None
