"""What a horse says of the time that its step has."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

import funsies as f
from funsies.engine.supervision import child
from funsies.engine.supervision.child import ChildObserver
from funsies.engine.supervision.status_board import StatusBoard


@pytest.fixture
def now(monkeypatch):
    """The time; a test sets it."""
    clock = SimpleNamespace(seconds=100.0)
    monkeypatch.setattr(child, "time", SimpleNamespace(monotonic=lambda: clock.seconds))
    return clock


def test_the_time_begins_anew_with_the_code_and_with_the_storing_of_its_results(now):
    board = StatusBoard()
    observer, seen = ChildObserver(board), []
    observer.started(None, f.options(timeout_seconds=10))
    seen.append(board.read().deadline)
    now.seconds = 107.0  # the inputs are there
    with observer.timed(10):
        seen.append(board.read().deadline)
        now.seconds = 116.0  # the code has ended in time
    seen.append(board.read().deadline)
    assert seen == [110.0, 117.0, 126.0]


def test_what_has_no_timeout_has_no_deadline(now):
    board = StatusBoard()
    observer = ChildObserver(board)
    observer.started(None, f.options())
    with observer.timed(None):
        assert board.read().deadline == 0.0
    assert board.read().deadline == 0.0


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")  # threads of tests
def test_a_process_that_the_code_forks_does_not_prolong_it(now):
    board = StatusBoard()
    observer = ChildObserver(board)
    with observer.timed(10):
        pid = os.fork()
        if pid == 0:
            now.seconds = 200.0
            with observer.timed(10):
                os._exit(0)
        os.waitpid(pid, 0)
        assert board.read().deadline == 110.0
