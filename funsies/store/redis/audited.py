"""What an audit knows of results, and of the bytes that are damaged or gone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from funsies.core.digest import Digest
from funsies.store.rows import Damage, DamagedPart, Fault, LargeFaults, OperationRow, Spot, Tell

from .packing import unpack_result
from .reader import RedisReader
from .scanning import Scanner
from .soundness import fault_in_content


class BadBytes:
    """Reads all small bytes once, and remembers the bad ones.

    Args:
        reader: of the store.
        large_faults: says which large values are damaged or gone.
    """

    def __init__(self, reader: RedisReader, large_faults: LargeFaults) -> None:
        self._reader = reader
        self._large_faults = large_faults
        self._bad: set[Digest] = set()
        self._named: set[Digest] = set()

    def read_all(self, scanner: Scanner, tell: Tell) -> None:
        """Compare all of them with their digests."""
        for page in scanner.fields(b"c"):
            tell("small values", len(page))
            self._bad.update(each for each, data in page if fault_in_content(each, data))

    def faults(
        self, small: Collection[Digest], large: Collection[Digest]
    ) -> Mapping[Digest, Fault]:
        """What is wrong with some of them, by now; who asks is who names them."""
        found = dict(self._large_faults(large)) if large else {}
        found |= dict.fromkeys(self._reader.missing_contents(list(small)), Fault.MISSING)
        doubted = [each for each in small if each in self._bad]
        self._named.update(doubted)
        for content, data in zip(doubted, self._reader.contents(doubted), strict=True):
            if data is not None and (fault := fault_in_content(content, data)):
                found[content] = fault
        return found

    def unnamed(self) -> Iterator[Damage]:
        """The bad ones that nobody has asked for."""
        for content in self._bad - self._named:
            yield Damage(DamagedPart.CONTENT, Fault.CHANGED, content.hex(), content=content)


class Finished:
    """One result of a finished step, as it was seen."""

    def __init__(
        self,
        operation: Digest,
        row: OperationRow | None,
        index: int,
        sealed: bytes,
        *,
        state: bytes,
    ) -> None:
        self.operation = operation
        self.index = index
        self.sealed = sealed
        result = unpack_result(sealed)
        self.content: Digest = result.content
        self.is_large: bool = result.large
        self._row = row
        self._state = state

    def damage(self, fault: Fault) -> Damage:
        """What is wrong with it."""
        is_known = self._row is not None and self.index < len(self._row.outputs)
        name = self._row.outputs[self.index] if self._row and is_known else self.operation
        why = b"foreign" if fault is Fault.FOREIGN else b""
        return Damage(
            DamagedPart.RESULT,
            fault,
            name.hex(),
            self.operation,
            name_of(self._row),
            Spot(
                "result",
                b"o",
                self.operation,
                self._state,
                (why, b"%d" % self.index),
            ),
            None if fault is Fault.FOREIGN else self.content,
            self.is_large,
        )


def name_of(row: OperationRow | None) -> str:
    """What people call a step; empty if that is not known."""
    return "" if row is None else row.task_name
