"""Interrupting a call of user code when its time is over."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import FrameType

from funsies.core.durations import LONGEST_WAIT_SECONDS


class TimedOut(BaseException):
    """The step ran longer than its timeout. User code that catches ``Exception`` lets it by."""


class Alarm:
    """Interrupts a call after the timeout, where signals allow it (the main thread).

    Attributes:
        rang: True once the time was over.
    """

    def __init__(self, timeout_seconds: float | None) -> None:
        self._timeout_seconds = timeout_seconds
        self._ends_at = 0.0
        self.rang: bool = False

    def set(self) -> AbstractContextManager[None]:
        """Interrupt what runs inside when the time is over."""
        if (
            self._timeout_seconds is None
            or threading.current_thread() is not threading.main_thread()
        ):
            return nullcontext()
        return self._set(self._timeout_seconds)

    @contextmanager
    def _set(self, timeout_seconds: float) -> Iterator[None]:
        before = signal.signal(signal.SIGALRM, self._ring)
        self._ends_at = time.monotonic() + timeout_seconds
        self._wind()
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    def _wind(self) -> None:
        left_seconds = max(0.000_001, self._ends_at - time.monotonic())
        signal.setitimer(signal.ITIMER_REAL, min(left_seconds, LONGEST_WAIT_SECONDS))

    def _ring(self, _number: int, _frame: FrameType | None) -> None:
        if time.monotonic() < self._ends_at:
            self._wind()
            return
        self.rang = True
        raise TimedOut
