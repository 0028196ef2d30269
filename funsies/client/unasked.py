"""Waiting for what nobody has asked for yet: another program may, and the user is told."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from funsies.core.digest import Digest

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
        clock: the time, monotonic seconds.
    """

    def __init__(
        self, targets: Iterable[Digest], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._left = set(targets)
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
        names = named(sorted(self._left))
        first = min(self._left).hex()[:10]
        return (
            f"nobody has asked for yet: {names}; it is computed once a program says execute(), "
            f"or: funsies execute {first}"
        )


def named(digests: Sequence[Digest], at_most: int = NAMED) -> str:
    """The beginnings of some hashes, and how many there are more."""
    names = ", ".join(digest.hex()[:10] for digest in digests[:at_most])
    more = len(digests) - at_most
    return f"{names} and {more} more" if more > 0 else names
