"""Signals that this process ignores, and that the programs that it starts are not to ignore.

What is ignored by the system's means stays ignored in every program that is started, and no
shell can change that: a trap of a command would be deaf, and ``kill -INT`` without effect. What
a handler ignores is as usual there. Commands are in a session of their own, so that Ctrl-C at
the terminal of a worker does not reach them in any case.

A shell ignores SIGINT and SIGQUIT for what it starts in the background. SIGHUP is left as it
is: who says ``nohup`` means the commands as well.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType
from typing import Final, TypeAlias

from .handlers import handler_of

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
