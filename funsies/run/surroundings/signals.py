"""Signal handlers, the signals that are held back, and the alarm.

Handlers that C code has installed cannot be seen, and stay.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from funsies.run.handlers import handler_of

from .settings import Setting

_NUMBERS: Final = sorted(
    int(number) for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}
)

# What is public makes enums of all numbers.
_raw: Final[Any] = sys.modules.get("_signal", signal)
_mask: Final[Callable[[int, Iterable[int]], Any]] = _raw.pthread_sigmask


def signals() -> Iterator[Setting]:
    """Settings that say how this process takes signals."""
    if not signal.getitimer(signal.ITIMER_REAL)[0]:  # else the alarm is somebody else's
        yield Setting(_alarm_seconds, signal.alarm)
    yield Setting(_handlers, _install)
    yield Setting(_held_back, _hold_back)


def _alarm_seconds() -> int:
    """Seconds until an alarm that a step has left, which is cleared by that."""
    return signal.alarm(0)


def _handlers() -> Sequence[Any]:
    return list(map(handler_of, _NUMBERS))


def _install(handlers: Sequence[Any]) -> None:
    for number, handler in zip(_NUMBERS, handlers, strict=True):
        if handler_of(number) is not handler and handler is not None:
            signal.signal(number, handler)


def _held_back() -> object:
    return _mask(signal.SIG_BLOCK, ())


def _hold_back(numbers: Any) -> None:
    _mask(signal.SIG_SETMASK, numbers)
