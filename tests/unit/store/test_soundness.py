"""What is called damaged, and what is not."""

from __future__ import annotations

import msgspec
import pytest

from funsies.store.execution_record import ExecutionRecord, decode_record, encode_record
from funsies.store.redis.soundness import fault_in_record
from funsies.store.rows import Fault

RECORD = encode_record(
    ExecutionRecord(started=1.5, seconds=2.0, worker="w", host="h", pid=3, attempt=1)
)


def test_a_record_as_it_is_kept_is_sound():
    assert fault_in_record(RECORD) is None


@pytest.mark.parametrize("place", range(len(msgspec.msgpack.decode(RECORD))))
def test_a_record_that_nobody_can_read_is_damaged_also_if_it_is_a_list(place):
    fields = msgspec.msgpack.decode(RECORD)
    fields[place] = [b"no field is a list"]
    changed = msgspec.msgpack.encode(fields)
    assert decode_record(changed) is None
    assert fault_in_record(changed) is Fault.UNREADABLE
