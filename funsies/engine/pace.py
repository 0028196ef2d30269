"""How many operations a drain claims at once, and how long it holds what is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from funsies.store.rows import Claim

HOLD_SECONDS: Final = 0.010
"""What is done is published after this time, if there is something else to run first."""

LONG_SECONDS: Final = 0.050
"""After an operation that took longer, operations are claimed one by one for a while."""


class Pace:
    """The pace of one drain: it begins with one operation, and takes more as all goes well.

    A process that is about to give way, since what it runs spoils it or is of another program,
    has claimed little in vain then.

    Args:
        most_claims: how many operations are claimed together at most.
        clock: the time, seconds.
    """

    def __init__(self, most_claims: int, clock: Callable[[], float]) -> None:
        self.claims: int = 1
        self._most_claims = most_claims
        self._clock = clock
        self._seconds: dict[str, float] = {}
        self._done_since: float | None = None

    def published(self) -> None:
        """Take note that nothing is held that is done."""
        self._done_since = None

    def claimed(self, number: int) -> None:
        """Take note that so many were claimed."""
        if number >= self.claims:
            self.claims = min(2 * self.claims, self._most_claims)

    def be_careful(self) -> None:
        """Go on one by one: something took longer than was expected."""
        self.claims = 1

    def is_due(self, following: Claim) -> bool:
        """True if what is done is to be published before this operation is run."""
        seconds = self._seconds.get(following.operation.task_name, HOLD_SECONDS)
        return self._clock() - (self._done_since or 0.0) + seconds >= HOLD_SECONDS

    @contextmanager
    def measured(self, claim: Claim) -> Iterator[None]:
        """Measure how long this operation runs."""
        began = self._clock()
        yield
        ended = self._clock()
        self._seconds[claim.operation.task_name] = ended - began
        if self._done_since is None:
            self._done_since = ended
        if ended - began > LONG_SECONDS:
            self.be_careful()
