"""Ctrl-C and SIGTERM held back until the processes of a step are gone."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from .handlers import handler_of
from .ignored_signals import ignore_for_oneself

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
