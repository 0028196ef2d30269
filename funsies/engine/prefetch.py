"""Prefetch: how many operations a drain claims at once, when, and how long it holds results."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from funsies.store.rows import Claim

HOLD_SECONDS: Final = 0.010
"""What is done is published after this time, if there is something else to run first."""

LONG_SECONDS: Final = 0.050
"""After an operation that took longer, operations are claimed one by one for a while."""

REMEMBERED: Final = 16
"""The fastest of so many messages says how far the server is; others waited for a processor."""


class Prefetch:
    """The prefetch of one drain: it begins with one operation, and takes more as all goes well.

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
        self._granted = 0
        self._seconds: dict[str, float] = {}
        self._done_since: float | None = None
        self._sent_at = self._round_trip = self._not_yet = 0.0
        self._round_trips: deque[float] = deque(maxlen=REMEMBERED)

    def sent(self) -> None:
        """Take note that a message was sent, with all that is done."""
        self._done_since = None
        self._sent_at, self._not_yet = self._clock(), 0.0

    def not_answered(self) -> None:
        """Take note that a message takes longer than until now."""
        self._not_yet = self._clock() - self._sent_at

    def answered(self, *, has_waited: bool) -> None:
        """Take note that a message was answered: now, or some time before."""
        seconds = self._clock() - self._sent_at
        if not has_waited:
            seconds = max(self._not_yet, min(self._round_trip, seconds))
        self._round_trips.append(seconds)
        self._round_trip = min(self._round_trips)

    def claimed(self, number: int) -> None:
        """Take note that so many were claimed."""
        self._granted = number
        if number >= self.claims:
            self.claims = min(2 * self.claims, self._most_claims)

    def be_careful(self) -> None:
        """Go on one by one: something took longer than was expected."""
        self.claims = 1

    def claims_ahead(self, todo: Sequence[Claim], *, is_sent: bool) -> int:
        """How many to claim while these are run; 0 if there is time, or one may take long.

        Before the last one begins it is time in any case; and if a message is sent anyway.
        """
        most_left = self._granted if is_sent else max(1, self._granted // 2)
        if len(todo) > most_left:  # many small claims would cost more
            return 0
        most, left_seconds = 2 * self._round_trip, 0.0
        for number, claim in enumerate(todo):
            seconds = self._seconds.get(claim.operation.task_name, LONG_SECONDS)
            left_seconds += seconds
            if seconds >= LONG_SECONDS or claim.attempt > 1 or claim.operation.dynamic:
                return 0
            if number and left_seconds >= most and not is_sent:
                return 0
        return self.claims

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
