"""A step in a process of its own ends with that, whatever it leaves behind."""

from __future__ import annotations

import os
import signal
import time

from funsies.run.isolated import in_fresh_process


def leave_a_process() -> int:
    left = os.fork()
    if left == 0:
        time.sleep(600)
        os._exit(0)
    return left


def test_a_forked_process_that_is_left_holds_no_answer_up() -> None:
    left = in_fresh_process(leave_a_process, [])
    os.kill(left, signal.SIGKILL)  # it is still there
