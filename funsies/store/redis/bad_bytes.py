"""Bytes that are damaged or gone: those beside the graph, and those in the data store."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from funsies.core.digest import Digest
from funsies.store.rows import Damage, Fault, LargeFaults, Part, Tell

from .reading import Reader
from .scanning import Scanner
from .soundness import fault_in_content


class BadBytes:
    """Reads all small bytes once, and remembers the bad ones.

    Args:
        reader: of the store.
        large_faults: says which large values are damaged or gone.
    """

    def __init__(self, reader: Reader, large_faults: LargeFaults) -> None:
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
            yield Damage(Part.CONTENT, Fault.CHANGED, content.hex(), content=content)
