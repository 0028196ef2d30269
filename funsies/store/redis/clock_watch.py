"""Noticing that the server's clock was set.

Leases and delays are times of the server, whose clock may be set while it runs: by hand, by NTP
after a long time without, by the host of a virtual machine. Scripts cannot see that. Who sweeps
has a clock that nobody sets, and compares: between two sweeps both must have gone on alike.

Who has just come cannot know whether the clock was set a moment ago. Those who were there
before can, and they look every few seconds; so a newcomer believes the clock once they must
have looked. Until then it vouches for no more time than has passed since it came.
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


MOST_UNSWEPT_MS: Final = 3000
"""So far time goes beyond the last sweep (``lua/shared/calls.lua``); somebody sweeps more often
where workers are."""


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

    @property
    def told_ms(self) -> int:
        """The time, which does not go back behind the last sweep."""
        return max(self.now_ms, self.swept_ms)


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
        self._unbroken_since = 0.0
        self._vouched_ms = 0

    def look(self) -> int:
        """Look, and set right what is wrong.

        If others have set it right since the last look, they have seen to it. If they have
        swept since, the clock was right at that time, and this machine stood still before.

        Returns:
            The time that this machine can vouch for, in milliseconds: it may be later, but
            nothing here says so.
        """
        began = self._steady()
        time, at = self._ask(), self._steady()
        own_ms = self._own_ms(time, at)
        if at - began > MOST_ANSWER_SECONDS:
            return own_ms
        before, self._last = self._last, (time, at)
        if before is None or before[0].added_ms != time.added_ms:
            self._unbroken_since = at
        elif self._was_set(before, time, at):
            time = self._last[0]
        elif (at - self._unbroken_since) * 1000 >= MOST_UNSWEPT_MS:
            own_ms = time.told_ms
        self._vouched_ms = min(time.told_ms, own_ms)
        return self._vouched_ms

    def _own_ms(self, time: ServerTime, at: float) -> int:
        """The time by this machine's clock alone."""
        if self._last is None:
            return time.swept_ms + MOST_UNSWEPT_MS
        return self._vouched_ms + round((at - self._last[1]) * 1000)

    def _was_set(self, before: tuple[ServerTime, float], time: ServerTime, at: float) -> bool:
        """Whether the clock was set between two looks; it is set right then."""
        passed_ms = round((at - before[1]) * 1000)
        jump_ms = time.now_ms - before[0].now_ms - passed_ms
        jump_ms = min(jump_ms, time.now_ms - time.swept_ms)
        if abs(jump_ms) <= max(LEAST_JUMP_MS, MOST_DRIFT * passed_ms):
            return False
        self._set_right(time, jump_ms)
        return True

    def _set_right(self, time: ServerTime, jump_ms: int) -> None:
        wanted_ms = time.added_ms - jump_ms
        now = self._ask(wanted_ms, time.added_ms)
        self._last = (now, self._steady())
        if now.added_ms != wanted_ms:
            return  # others were faster
        _logger.warning(
            "the clock of the server was set %s by %.0f s; leases and delays go on as before",
            "forward" if jump_ms > 0 else "back",
            abs(jump_ms) / 1000,
        )
