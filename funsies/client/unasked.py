"""Waiting for what nobody has asked for yet: another program may, and the user is told."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from funsies.core.digest import Digest, short_hash

logger: Final = logging.getLogger("funsies")

PATIENCE_SECONDS: Final = 5.0
"""How long nobody may ask for something before it is mentioned."""

LOOK_SECONDS: Final = 0.5
"""Pause between two looks: the server tells what is finished, not what is asked for."""

NAMED: Final = 3
"""So many are named in a message."""


class UnaskedWatch:
    """Knows what was idle all the time, and says so once.

    Args:
        targets: what is waited for, whoever asks for it.
        named: says what the first of some steps are called, so many at most.
        clock: the time, monotonic seconds.
    """

    def __init__(
        self,
        targets: Iterable[Digest],
        named: Callable[[Sequence[Digest], int], str],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._left = set(targets)
        self._named = named
        self._clock = clock
        self._due = clock() + PATIENCE_SECONDS
        self._is_said = False

    def __bool__(self) -> bool:
        """True if there is something that nobody has asked for."""
        return bool(self._left)

    def note(self, idle: Iterable[Digest]) -> list[Digest]:
        """Take note of what is idle now; return what of it is not any more what it was."""
        now_idle = dict.fromkeys(idle)
        self._left &= now_idle.keys()
        if self._left and not self._is_said and self._clock() >= self._due:
            self._is_said = True
            logger.warning("waiting for what %s", self.described())
        return [each for each in now_idle if each not in self._left]

    def described(self) -> str:
        """What nobody has asked for, and how one does."""
        names = self._named(sorted(self._left), NAMED)
        first = short_hash(min(self._left))
        return (
            f"nobody has asked for yet: {names}; it is computed once a program says execute(), "
            f"or: funsies execute {first}"
        )
