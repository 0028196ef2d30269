"""Whose results are: of the step with which they stand, or of one that it went on as."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from funsies.core.digest import Digest

from .seal import Seal, read_place

Place: TypeAlias = tuple[Digest, int, bytes]
"""An output of an operation, and the result that stands there, with its signature."""


class Origins:
    """Tells which results are signed: for where they stand, or for where they come from.

    A dynamic step has the result of the step that it went on as, and that one perhaps of a
    further one. What was found of one serves the others: else a row of ``n`` such steps would
    be walked to its end ``n`` times. What is not ours by what was read before is read once
    more, since a step may have gone on as another one meanwhile.

    Args:
        seal: tells what is ours.
        delegations: reads what is kept of delegations, or None, of each operation.
    """

    def __init__(
        self, seal: Seal, delegations: Callable[[Sequence[Digest]], list[bytes | None]]
    ) -> None:
        self._seal = seal
        self._delegations = delegations
        self._said: dict[Digest, bytes | None] = {}
        self._known: dict[Place, bool] = {}

    def are_ours(self, places: Sequence[Place]) -> list[bool]:
        """See of each place whether its result is ours."""
        own = [self._seal.is_result(*place) for place in places]
        found = list(zip(places, own, strict=True))
        self._read(place[0] for place, is_own in found if not is_own)
        return [is_own or self._is_ours(place) for place, is_own in found]

    def _is_ours(self, place: Place) -> bool:
        if self._leads_to_ours(place):
            return True
        self._said.clear()
        self._known.clear()
        return self._leads_to_ours(place)

    def _leads_to_ours(self, place: Place) -> bool:
        """Go on from step to step, to one whose own result it is, or of which it is known."""
        passed: dict[Place, None] = {}
        while place not in self._known and not self._seal.is_result(*place):
            said = None if place in passed else self._said_of(place[0])
            passed[place] = None
            if said is None:
                break
            place = *read_place(said), place[2]
        is_ours = self._known.get(place, place not in passed)
        self._known |= dict.fromkeys(passed, is_ours)
        return is_ours

    def _said_of(self, operation: Digest) -> bytes | None:
        """What one of ours has said that an operation went on as."""
        self._read([operation])
        said = self._said[operation]
        is_known = said is not None and self._seal.is_delegation(operation, said)
        return said if is_known else None

    def _read(self, operations: Iterable[Digest]) -> None:
        unread = [each for each in dict.fromkeys(operations) if each not in self._said]
        if unread:
            self._said |= zip(unread, self._delegations(unread), strict=True)
