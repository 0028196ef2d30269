"""Findings about the store of large values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from funsies.report.numbers import counted, shown_bytes

from .finding import Finding, Level

_AREA: Final = "data"

LEAST_FREE: Final = 0.05
"""A smaller part of the disk is little."""


@dataclass(frozen=True, slots=True)
class DataSeen:
    """What was seen of the store of large values.

    Attributes:
        place: where it is, for people.
        trouble: why it cannot be used from here; empty if it can.
        free_bytes: room on its disk; None if it is on none.
        disk_bytes: size of that disk.
        leftovers: temporary files whose writers are dead.
    """

    place: str
    trouble: str = ""
    free_bytes: int | None = None
    disk_bytes: int = 0
    leftovers: int = 0


def find_in_data(seen: DataSeen) -> Iterator[Finding]:
    """Say what is wrong with the store of large values."""
    if seen.trouble:
        yield Finding(
            Level.PROBLEM,
            _AREA,
            "data-out-of-reach",
            f"large values cannot be reached from here: {seen.trouble}",
            "see 'Where large values are' in docs/cli.md",
        )
        return
    room = "" if seen.free_bytes is None else f", {shown_bytes(seen.free_bytes)} free"
    yield Finding(Level.OK, _AREA, "data", f"large values are in {seen.place}{room}")
    if seen.free_bytes is not None and seen.free_bytes < LEAST_FREE * seen.disk_bytes:
        yield Finding(
            Level.WARNING,
            _AREA,
            "disk",
            f"only {shown_bytes(seen.free_bytes)} are free on the disk of {seen.place}",
            "make room: results that do not fit are errors until there is some",
        )
    if seen.leftovers:
        yield Finding(
            Level.WARNING,
            _AREA,
            "leftovers",
            f"{counted(seen.leftovers, 'temporary file')} of writers that were killed",
            "remove them: funsies doctor --repair",
        )
