"""Signals while a step runs: ignored for oneself, held back, raised in the middle, or an alarm.

What is ignored by the system's means stays ignored in every program that is started, and no
shell can change that: a trap of a command would be deaf, and ``kill -INT`` without effect. What
a handler ignores is as usual there. Commands are in a session of their own, so that Ctrl-C at
the terminal of a worker does not reach them in any case.

A shell ignores SIGINT and SIGQUIT for what it starts in the background. SIGHUP is left as it
is: who says ``nohup`` means the commands as well.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import FrameType
from typing import Any, Final, TypeAlias

from funsies.core.durations import LONGEST_WAIT_SECONDS

_raw: Final[Any] = sys.modules.get("_signal", signal)

handler_of: Final[Callable[[int], Any]] = _raw.getsignal
"""A function, a number that equals ``SIG_DFL`` or ``SIG_IGN``, or None for one of C code."""


_Handler: TypeAlias = Callable[[int, FrameType | None], object] | signal.Handlers


def take_no_notice(_number: int, _frame: FrameType | None) -> None:
    """Ignore a signal here, and nowhere else."""


_IN_THE_PLACE_OF_IGNORING: Final[dict[signal.Signals, _Handler]] = {
    signal.SIGINT: take_no_notice,
    signal.SIGQUIT: take_no_notice,
    signal.SIGCHLD: signal.SIG_DFL,  # else the system forgets the exit codes of processes
}


def ignore_for_oneself() -> list[signal.Signals]:
    """Ignore what is ignored by handlers from now on; main thread only.

    Returns:
        The signals that were ignored by the system's means.
    """
    ignored = [
        number for number in _IN_THE_PLACE_OF_IGNORING if handler_of(number) == signal.SIG_IGN
    ]
    for number in ignored:
        signal.signal(number, _IN_THE_PLACE_OF_IGNORING[number])
    return ignored


_HELD: Final[dict[signal.Signals, Callable[..., object] | signal.Handlers]] = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: signal.SIG_DFL,
}


class Interrupted(BaseException):
    """A signal has come that ends this process, or would have raised KeyboardInterrupt.

    Attributes:
        number: the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(f"interrupted by {signal.Signals(number).name}")
        self.number = number


class Notice:
    """Readable as soon as a signal has come."""

    def __init__(self) -> None:
        self._reader = self._writer = -1
        self._number = 0

    @property
    def is_open(self) -> bool:
        """True if signals are held back; else none can come, and there is no descriptor."""
        return self._reader >= 0

    def open(self) -> None:
        """Make the descriptors."""
        if not self.is_open:
            self._reader, self._writer = os.pipe()
            os.set_blocking(self._writer, False)

    def fileno(self) -> int:
        """Descriptor to wait for."""
        return self._reader

    def take_signal(self, number: int, _frame: FrameType | None) -> None:
        """Handle a signal."""
        self._number = number
        os.write(self._writer, b"!")

    def raise_interrupted(self) -> None:
        """Raise what has come.

        Raises:
            Interrupted: if a signal has come.
        """
        if self._number:
            raise Interrupted(self._number)

    def close(self) -> None:
        """Give the descriptors back."""
        if self.is_open:
            os.close(self._reader)
            os.close(self._writer)


@contextmanager
def held_signals() -> Iterator[Notice]:
    """Hold back SIGINT and SIGTERM where they would do what they do by default.

    A default handler strikes anywhere, also between the start of a process and the note of its
    number. Handlers that the program has installed stay; so do all of them in other threads.
    What the program ignores it ignores in a way that its commands do not inherit.

    Yields:
        What to look at now and then.
    """
    notice = Notice()
    replaced: list[signal.Signals] = []
    ignored: list[signal.Signals] = []
    try:
        if threading.current_thread() is threading.main_thread():
            ignored = ignore_for_oneself()
            for number, default in _HELD.items():
                if handler_of(number) == default:
                    notice.open()
                    signal.signal(number, notice.take_signal)
                    replaced.append(number)
        yield notice
        notice.raise_interrupted()
    finally:
        for number in replaced:
            signal.signal(number, _HELD[number])
        for number in ignored:
            signal.signal(number, signal.SIG_IGN)
        notice.close()


@contextmanager
def interruption_resumed() -> Iterator[None]:
    """Let a held-back signal do what it does by default, when it has unwound all enclosed."""
    try:
        yield
    except Interrupted as interrupted:
        os.kill(os.getpid(), interrupted.number)
        raise


class Preempted(BaseException):
    """The worker is asked to leave: the step is put back, and nothing of it is stored.

    A ``BaseException``, so that ``except Exception`` in a user's function lets it through.
    """


class TimedOut(BaseException):
    """The step ran longer than its timeout: its Python code, or its commands.

    A ``BaseException``, so that ``except Exception`` in a user's function lets it through.
    """


Timed: TypeAlias = Callable[[float | None], AbstractContextManager[object]]
"""Encloses what a step itself does, for which it has so many seconds; None for no limit. What
it takes to read its inputs and to store its results is not the step's own."""


class Alarm:
    """Interrupts a call after the timeout, where signals allow it (the main thread).

    Attributes:
        rang: True once the time was over.
    """

    def __init__(self, timeout_seconds: float | None) -> None:
        self._timeout_seconds = timeout_seconds
        self._ends_at = 0.0
        self._is_over = False
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
        """Have it ring; a timer that the program has set itself goes on afterwards."""
        timer = signal.setitimer(signal.ITIMER_REAL, 0)
        begins_at = time.monotonic()
        self._ends_at = begins_at + timeout_seconds
        before = signal.signal(signal.SIGALRM, self._ring)
        try:
            self._wind()
            yield
        finally:
            self._is_over = True  # or it would ring before its handler is taken back
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
            _let_go_on(timer, time.monotonic() - begins_at)

    def _wind(self) -> None:
        left_seconds = max(0.000_001, self._ends_at - time.monotonic())
        signal.setitimer(signal.ITIMER_REAL, min(left_seconds, LONGEST_WAIT_SECONDS))

    def _ring(self, _number: int, _frame: FrameType | None) -> None:
        if self._is_over:
            return
        if time.monotonic() < self._ends_at:
            self._wind()
            return
        self.rang = True
        raise TimedOut


def _let_go_on(timer: tuple[float, float], passed_seconds: float) -> None:
    """Set a timer again that was stopped for so long; one that is late rings at once."""
    left_seconds, interval_seconds = timer
    if left_seconds:
        left_seconds = max(0.000_001, left_seconds - passed_seconds)
        signal.setitimer(signal.ITIMER_REAL, left_seconds, interval_seconds)
