"""Looking for damage on a server, counters among it, and mending it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final, TypeAlias

from funsies.core.digest import Digest
from funsies.store.rows import (
    MOST_INPUTS,
    Damage,
    DamagedPart,
    Fault,
    LargeFaults,
    SetAside,
    Spot,
    Tell,
)

from . import answers
from .auditing import Audit
from .packing import STATUSES
from .reader import RedisReader
from .scanning import Scanner
from .soundness import fault_in_content


class RedisRepair(RedisReader):
    """See :class:`~funsies.store.ports.Repair`; it mends only what is still as it was seen."""

    def damages(self, large_faults: LargeFaults, tell: Tell) -> Iterator[Damage]:
        """See :meth:`Repair.damages`."""
        audit = Audit(self, self._scanner, self._seal, large_faults, tell)
        yield from audit.walk()
        if audit.is_complete:
            yield from wrong_counters(self._scanner, tell)

    def mend(self, damage: Damage) -> bool:
        """See :meth:`Repair.mend`."""
        is_gone = damage.content is not None and self._discard(damage.content)
        spot = damage.spot
        if not spot.act:
            return is_gone
        if spot.act == "counters":
            return self._run("correct", spot.seen, *spot.more) == 1
        if spot.act == "links" and damage.operation is not None:
            self._link(damage.operation)
        where = (spot.act, spot.key, spot.field, spot.seen)
        return self._run("mend", *where, *spot.more) == 1

    def _link(self, operation: Digest) -> None:
        row = self.many_inputs().row(operation)
        if row is not None and len(row.inputs) > MOST_INPUTS:
            self.many_inputs().link(row)

    def _discard(self, content: Digest) -> bool:
        """Forget small bytes that are damaged; others are not touched."""
        data = self.contents([content])[0]
        if data is None or not fault_in_content(content, data):
            return False
        return self._run("mend", "row", b"c", content, data) == 1

    def set_aside(self) -> list[SetAside]:
        """See :meth:`Repair.set_aside`."""
        fields = answers.flat(self._call("HKEYS", self._keys.quarantine))
        return [answers.aside(each) for each in fields]

    def tidy(self, *, everything: bool = False) -> int:
        """See :meth:`Repair.tidy`."""
        which = "all" if everything else "again"
        return sum(
            answers.integer(self._run("tidy", which, *(name for name, _ in page)))
            for page in self._scanner.fields(b"!")
        )

    @property
    def _scanner(self) -> Scanner:
        return Scanner(self._connections, self._keys)


TRIES: Final = 3
"""Steps that move while they are counted are counted again."""

OF_STATES: Final = frozenset({*STATUSES, b"s", b"v"})
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
        yield Damage(DamagedPart.COUNTERS, Fault.WRONG_NUMBER, task, task=task, spot=spot)
