"""Comparing the counters of states with the states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final, TypeAlias

from funsies.core.digest import Digest
from funsies.store.rows import Damage, Fault, Part, Spot, Tell

from .scanning import Scanner
from .states import STATUSES

TRIES: Final = 3
"""Steps that move while they are counted are counted again."""

OF_STATES: Final = frozenset({*STATUSES, b"v"})
"""Counters that say how many are in a state now; all others grow for ever."""

Numbers: TypeAlias = dict[bytes, bytes]


def wrong_counters(scanner: Scanner, tell: Tell) -> Iterator[Damage]:
    """Give the counters that are not what they should be, by task.

    While steps move all the time, nothing can be said, and nothing is.
    """
    for attempt in range(TRIES):
        before = _seen(scanner)
        # Keys may come twice, if rarely: before anything is said, each is counted once.
        wrong = _differing(before[0], _tally(scanner, tell, set() if attempt else None))
        if not wrong or (attempt and before == _seen(scanner)):
            yield from _by_task(wrong, before[1])
            return


def _seen(scanner: Scanner) -> tuple[Numbers, bytes]:
    """Counters of states, and the last number that was given: it grows when steps move."""
    counters = dict(scanner.all_fields(b"C"))
    numbers = {field: number for field, number in counters.items() if field[:1] in OF_STATES}
    return numbers, scanner.text(b"N")


def _tally(scanner: Scanner, tell: Tell, seen: set[Digest] | None) -> Counter[bytes]:
    total: Counter[bytes] = Counter()
    for page in scanner.fields(b"o"):
        tell("counted", len(page))
        found = [operation for operation, _ in page]
        fresh = found if seen is None else list({*found} - seen)
        if seen is not None:
            seen.update(fresh)
        flat = scanner.audit("tally", fresh)
        total.update(
            {name: int(number) for name, number in zip(flat[::2], flat[1::2], strict=True)}
        )
    return total


def _differing(seen: Numbers, right: Counter[bytes]) -> dict[bytes, tuple[bytes, bytes]]:
    fields = {*seen, *right}
    pairs = {field: (seen.get(field, b"0"), b"%d" % right[field]) for field in fields}
    return {field: pair for field, pair in pairs.items() if pair[0] != pair[1]}


def _by_task(wrong: dict[bytes, tuple[bytes, bytes]], number: bytes) -> Iterator[Damage]:
    for name in sorted({field[1:] for field in wrong}):
        more = [
            each
            for field, (seen, right) in sorted(wrong.items())
            if field[1:] == name
            for each in (field, seen, right)
        ]
        task = name.decode(errors="backslashreplace")
        spot = Spot("counters", seen=number, more=tuple(more))
        yield Damage(Part.COUNTERS, Fault.WRONG_NUMBER, task, task=task, spot=spot)
