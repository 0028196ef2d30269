"""Leaving and being succeeded: a horse that must not go on makes way for a fresh one.

There are two reasons. What a step did to its process cannot be undone: it left children or
threads, so that what comes next would meet a pool that is broken. Or the operation in hand
needs a process that this one is not: the horse hands it over.

The horse announces ``RETIRED`` and leaves; its parent forks the next one at once, for the same
drain job. A claim that is handed over stays with its slot. The successor takes the slot, and
repeats the message that got the claim: the store gives the same answer again.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final

from funsies.store.rows import Fence

from .announcement import NO_FENCE, Announced, Phase
from .batch import NOTHING_HELD, Held
from .names import new_slot
from .obituary import Death


@dataclass(frozen=True, slots=True)
class Inherited:
    """A claim that the predecessor has left under its slot.

    Attributes:
        sequence: number of the message by which it was claimed.
        fence: under which.
    """

    sequence: int
    fence: Fence


@dataclass(frozen=True, slots=True)
class Post:
    """Where a horse takes up its work.

    Attributes:
        slot: under which it claims.
        inherited: what it finds there, before it claims anything itself; None for nothing.
    """

    slot: str
    inherited: Inherited | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """How a horse has ended, and what it said last.

    Attributes:
        slot: under which it claimed.
        death: how its process ended.
        last_words: None if it died while it was speaking.
        held: what it held besides what it ran.
    """

    slot: str
    death: Death
    last_words: Announced | None
    held: Held = NOTHING_HELD

    @property
    def was_in_order(self) -> bool:
        """True if the horse left by itself with nothing in hand, and needs no successor."""
        return self._left_as(Phase.IDLE)

    @property
    def has_settled(self) -> bool:
        """True if it was not started in vain."""
        return self.last_words is None or self.last_words.settled > 0

    @property
    def successor(self) -> Post | None:
        """Where a successor takes up its work; None if there is to be none."""
        if not self._left_as(Phase.RETIRED) or self.last_words is None:
            return None
        if self.last_words.fence == NO_FENCE:
            return Post(new_slot())
        left = Inherited(self.last_words.sequence, self.last_words.fence)
        return Post(self.slot, left)

    def _left_as(self, phase: Phase) -> bool:
        words = self.last_words
        return self.death.status == _SUCCESS and words is not None and words.phase is phase


_SUCCESS: Final = os.EX_OK
