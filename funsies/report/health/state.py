"""Findings about the state of steps: what waits for somebody who does not come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from funsies.core.cutting import printable
from funsies.core.digest import short_hash
from funsies.report.numbers import counted
from funsies.store.rows import SetAside

from .finding import Finding, Level

_AREA: Final = "state"
_PENDING: Final = ("waiting", "delayed", "running", "delegated")

NAMED: Final = 5
"""So many of what was set aside are named."""

"""Digits of a hash that people are shown."""


@dataclass(frozen=True, slots=True)
class StateSeen:
    """What was seen of the state.

    Attributes:
        steps: number of steps by state.
        ready: number of steps that are ready, by queue as users call it.
        served: queues that a live worker or program serves.
        expired: steps whose worker is gone, and that nobody has put back yet.
        is_stuck: True if something waits, and nothing can move.
        has_workers: True if there are any.
        set_aside: what was damaged, and is kept apart.
    """

    steps: Mapping[str, int]
    ready: Mapping[str, int] = field(default_factory=dict)
    served: frozenset[str] = frozenset()
    expired: int = 0
    is_stuck: bool = False
    has_workers: bool = True
    set_aside: Sequence[SetAside] = ()


def find_in_state(seen: StateSeen) -> Iterator[Finding]:
    """Say what is stuck."""
    numbers = ", ".join(f"{number} {name}" for name, number in seen.steps.items() if number)
    yield Finding(Level.OK, _AREA, "steps", f"steps: {numbers or 'none'}")
    for queue, number in sorted(seen.ready.items()):
        if queue not in seen.served:
            name = printable(queue)
            yield Finding(
                Level.PROBLEM,
                _AREA,
                "deserted-queue",
                f"{counted(number, 'step')} ready on the queue {name}, which no worker serves",
                f"start a worker: funsies worker {name}",
            )
    pending = sum(seen.steps.get(each, 0) for each in _PENDING)
    if pending and not seen.has_workers and not seen.ready:
        yield Finding(
            Level.PROBLEM,
            _AREA,
            "no-workers",
            f"{counted(pending, 'step')} not finished, and there are no workers",
            "start some: funsies worker",
        )
    if seen.expired:
        yield Finding(
            Level.WARNING,
            _AREA,
            "expired-leases",
            f"{counted(seen.expired, 'step')} of workers that are gone, not put back yet",
            "any worker does that: start one, or funsies doctor --repair",
        )
    if seen.is_stuck:
        yield Finding(
            Level.WARNING,
            _AREA,
            "stuck",
            "steps wait for one another, or for what has come already",
            "any worker mends that in seconds: start one, or funsies doctor --repair",
        )
    if seen.set_aside:
        yield Finding(
            Level.WARNING,
            _AREA,
            "set-aside",
            f"{counted(len(seen.set_aside), 'damaged record')} set aside: {_named(seen)}",
            "execute again by the program that has them; funsies fsck --repair then clears "
            "them away, and looks for more",
        )


def _named(seen: StateSeen) -> str:
    named = [
        f"{each.what} {printable(short_hash(each.name))}" for each in seen.set_aside[:NAMED]
    ]
    more = len(seen.set_aside) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")
