"""A parent sees what its horse does, whole or not at all, however the horse ends."""

from __future__ import annotations

import os
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funsies.engine.supervision.status_board import ChildStatus, Phase, StatusBoard

records = st.builds(
    ChildStatus,
    phase=st.sampled_from(Phase),
    operation=st.binary(min_size=32, max_size=32),
    fence=st.binary(min_size=16, max_size=16),
    attempt=st.integers(0, 2**32 - 1),
    failures=st.integers(0, 2**32 - 1),
    losses=st.integers(0, 2**32 - 1),
    lost_limit=st.integers(0, 2**32 - 1),
    deadline=st.floats(0, 1e12),
    retries=st.integers(0, 2**32 - 1),
    retry_delay_ms=st.integers(0, 2**63),
    sequence=st.integers(0, 2**63),
    settled=st.integers(0, 2**32 - 1),
)


@given(st.lists(records, max_size=5))
def test_the_last_record_is_read_as_it_was_written(written):
    board = StatusBoard()
    for record in written:
        board.write(record)
    assert board.read() == ([ChildStatus(), *written][-1])


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")  # threads of tests
def test_what_a_child_writes_its_parent_reads_and_the_other_way_round():
    board = StatusBoard()
    board.ask_to_stop()
    pid = os.fork()
    if pid == 0:
        attempt = 7 if board.must_stop and not board.must_preempt else 0
        board.write(ChildStatus(phase=Phase.RUNNING, attempt=attempt))
        os._exit(0)
    os.waitpid(pid, 0)
    assert board.read() == ChildStatus(phase=Phase.RUNNING, attempt=7)


def test_a_record_that_was_being_written_at_death_is_not_read():
    board = StatusBoard()
    with pytest.raises(struct.error):
        board.write(ChildStatus(phase=Phase.RUNNING, attempt=-1))  # it stops in the middle
    assert board.read() is None


def test_what_is_written_after_a_record_that_was_cut_short_is_read():
    board, whole = StatusBoard(), ChildStatus(phase=Phase.RUNNING, attempt=7)
    with pytest.raises(struct.error):
        board.write(ChildStatus(phase=Phase.RUNNING, attempt=-1))
    board.write(whole)
    assert board.read() == whole
