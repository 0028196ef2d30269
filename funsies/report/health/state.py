"""Findings about the state of steps: what waits for somebody who does not come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from funsies.core.cutting import printable
from funsies.report.numbers import counted

from .finding import Finding, Level

_AREA: Final = "state"
_PENDING: Final = ("waiting", "delayed", "running", "delegated")


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
    """

    steps: Mapping[str, int]
    ready: Mapping[str, int] = field(default_factory=dict)
    served: frozenset[str] = frozenset()
    expired: int = 0
    is_stuck: bool = False
    has_workers: bool = True


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
