"""Noticing that the server's clock was set.

Leases and delays are times of the server, whose clock may be set while it runs: by hand, by NTP
after a long time without, by the host of a virtual machine. Scripts cannot see that. Who sweeps
has a clock that nobody sets, and compares: between two sweeps both must have gone on alike.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final, Protocol

import msgspec

_logger: Final = logging.getLogger(__name__)

LEAST_JUMP_MS: Final = 2000
"""What the clock is set by, and nobody notices."""

MOST_DRIFT: Final = 0.001
"""Clocks that nobody sets run apart by less than this part of the time."""

MOST_ANSWER_SECONDS: Final = 1.0
"""Answers that took longer do not say well enough at which moment they were given."""


class ServerTime(msgspec.Struct, frozen=True):
    """What the server says, in milliseconds.

    Attributes:
        now_ms: the time by which leases and delays go.
        added_ms: what was added to the server's clock, since it was set.
        swept_ms: when somebody has swept last.
    """

    now_ms: int
    added_ms: int
    swept_ms: int


class AskTime(Protocol):
    """Asks the server for the time.

    Args:
        add_ms: what is to be added to its clock from now on.
        instead_of_ms: only if this is what is added now.
    """

    def __call__(
        self, add_ms: int | None = None, instead_of_ms: int | None = None
    ) -> ServerTime:
        """Ask."""


class ClockWatch:
    """Compares the server's clock with one of this machine.

    Args:
        ask: asks the server for the time.
        steady: seconds by a clock that nobody sets.
    """

    def __init__(self, ask: AskTime, steady: Callable[[], float]) -> None:
        self._ask = ask
        self._steady = steady
        self._last: tuple[ServerTime, float] | None = None

    def is_right(self) -> bool:
        """Look, and set right what is wrong; False if that cannot be told yet.

        If others have set it right since the last look, they have seen to it. If they have
        swept since, the clock was right at that time, and this machine stood still before.
        """
        began = self._steady()
        time, at = self._ask(), self._steady()
        if at - began > MOST_ANSWER_SECONDS:
            return False
        before, self._last = self._last, (time, at)
        if before is None or before[0].added_ms != time.added_ms:
            return False
        passed_ms = round((at - before[1]) * 1000)
        jump_ms = time.now_ms - before[0].now_ms - passed_ms
        jump_ms = min(jump_ms, time.now_ms - time.swept_ms)
        if abs(jump_ms) <= max(LEAST_JUMP_MS, MOST_DRIFT * passed_ms):
            return True
        return self._set_right(time, jump_ms)

    def _set_right(self, time: ServerTime, jump_ms: int) -> bool:
        wanted_ms = time.added_ms - jump_ms
        now = self._ask(wanted_ms, time.added_ms)
        self._last = (now, self._steady())
        if now.added_ms != wanted_ms:
            return False  # others were faster
        _logger.warning(
            "the clock of the server was set %s by %.0f s; leases and delays go on as before",
            "forward" if jump_ms > 0 else "back",
            abs(jump_ms) / 1000,
        )
        return True
