"""The half of the store that looks for damage, and mends it."""

from __future__ import annotations

from collections.abc import Iterator

from funsies.core.digest import Digest
from funsies.store.rows import Damage, LargeFaults, Tell

from . import answers
from .auditing import Audit
from .counting import wrong_counters
from .reading import Reader
from .scanning import Scanner
from .soundness import fault_in_content


class Repairer(Reader):
    """Mends only what is still as it was seen: workers and clients go on meanwhile."""

    def damages(self, large_faults: LargeFaults, tell: Tell) -> Iterator[Damage]:
        """See :meth:`GraphStore.damages`."""
        audit = Audit(self, self._scanner, self._seal, large_faults, tell)
        yield from audit.walk()
        if audit.is_complete:
            yield from wrong_counters(self._scanner, tell)

    def mend(self, damage: Damage) -> bool:
        """See :meth:`GraphStore.mend`."""
        is_gone = damage.content is not None and self._discard(damage.content)
        spot = damage.spot
        if not spot.act:
            return is_gone
        if spot.act == "counters":
            return self._run("correct", spot.seen, *spot.more) == 1
        where = (spot.act, spot.key, spot.field, spot.seen)
        return self._run("mend", *where, *spot.more) == 1

    def _discard(self, content: Digest) -> bool:
        """Forget small bytes that are damaged; others are not touched."""
        data = self.contents([content])[0]
        if data is None or not fault_in_content(content, data):
            return False
        return self._run("mend", "row", b"c", content, data) == 1

    def tidy(self, *, everything: bool = False) -> int:
        """See :meth:`GraphStore.tidy`."""
        which = "all" if everything else "again"
        return sum(
            answers.integer(self._run("tidy", which, *(name for name, _ in page)))
            for page in self._scanner.fields(b"!")
        )

    @property
    def _scanner(self) -> Scanner:
        return Scanner(self._connections, self._keys)
