"""A step in a process of its own ends with that, whatever it leaves behind."""

from __future__ import annotations

import errno
import os
import signal
import time
from pathlib import Path
from typing import NoReturn

import pytest

from funsies.run.isolated import in_fresh_process
from funsies.run.signals import TimedOut


def leave_a_process() -> int:
    left = os.fork()
    if left == 0:
        time.sleep(600)
        os._exit(0)
    return left


def test_a_forked_process_that_is_left_holds_no_answer_up() -> None:
    left = in_fresh_process(leave_a_process, [])
    os.kill(left, signal.SIGKILL)  # it is still there


def test_a_step_whose_time_is_over_during_a_slow_fork_is_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is not known yet under which number it runs."""
    parent, forked, usages = os.getpid(), os.fork, []

    def slow_fork() -> int:
        child = forked()
        if os.getpid() == parent:
            signal.raise_signal(signal.SIGALRM)
        return child

    def ring(*_: object) -> NoReturn:
        raise TimedOut

    monkeypatch.setattr(os, "fork", slow_fork)
    before = signal.signal(signal.SIGALRM, ring)
    try:
        with pytest.raises(TimedOut):
            in_fresh_process(lambda: time.sleep(600), usages)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert len(usages) == 1  # it was waited for


def test_a_process_that_cannot_be_forked_leaves_no_pipe(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_more() -> NoReturn:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    in_fresh_process(bool, [])  # what is opened once is open
    before = open_files()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fork", no_more)
        with pytest.raises(BlockingIOError):
            in_fresh_process(bool, [])
    assert open_files() == before


def open_files() -> list[str]:
    return sorted(each.name for each in Path("/dev/fd").iterdir())
