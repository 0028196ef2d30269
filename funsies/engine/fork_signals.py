"""What a step forks is ended by signals as it would be in a program without funsies.

A work-horse takes SIGTERM by a handler, and a forked process has that handler until it has put
the system's own in its place. A signal that comes before is taken by the handler, and Python
then forgets it, as it clears after each fork what it has not acted on: the process goes on, and
who ends it and waits for it (``Process.terminate`` and ``join``, the end of a ``Pool``) waits
for ever. So SIGTERM waits from before each fork until both sides are ready for it. (SIGINT is
taken by a handler everywhere: one that comes so early is lost without funsies, too.)
"""

from __future__ import annotations

import os
import signal
import threading
from typing import Final


class _Masks(threading.local):
    """The signals that wait in this thread, as it was before the forks that it is at."""

    def __init__(self) -> None:
        self.before: list[set[int]] = []


_masks: Final = _Masks()


def as_usual_in_forks() -> None:
    """Have what this process forks take SIGTERM and SIGINT as Python does at its start."""
    os.register_at_fork(
        before=_hold_sigterm,
        after_in_parent=_let_it_come,
        after_in_child=_take_signals_as_usual,
    )


def _hold_sigterm() -> None:
    _masks.before.append(signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM}))


def _let_it_come() -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, _masks.before.pop())


def _take_signals_as_usual() -> None:
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
    finally:
        _let_it_come()
