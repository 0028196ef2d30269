"""Everything that is stored, checked against digests, addresses and signatures; and mended."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from funsies.core.digest import Digest
from funsies.core.errors import DataMissingError

from .connect import Backend
from .data.verify import fault_of
from .ports import DataStore
from .rows import Damage, DamagedPart, Fault, Tell

SENT_AGAIN: Final = frozenset({DamagedPart.SOURCES, DamagedPart.TASK})
"""What a program sends again as soon as a step needs it: nothing is wrong until then."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Something that is damaged, and what became of it.

    Attributes:
        damage: what it is.
        is_mended: True if the damaged thing is not there any more, or set right.
    """

    damage: Damage
    is_mended: bool = False

    @property
    def is_left(self) -> bool:
        """True if something is wrong as long as nobody mends it."""
        is_awaited = self.damage.part in SENT_AGAIN and self.damage.fault is Fault.MISSING
        return not self.is_mended and not is_awaited


def check(
    backend: Backend, tell: Tell, *, repair: bool = False, forgets: bool = False
) -> Iterator[Checked]:
    """Read everything, and give what is damaged, as soon as it is found.

    Args:
        backend: the stores.
        tell: is told how far it is.
        repair: True to set damaged things aside or forget them, if they are still as they were
            seen: workers and clients may go on meanwhile.
        forgets: True to forget what is set aside, then and before.
    """
    values = _Values(backend.data, tell)
    values.read_all()
    for damage in backend.graph.repair.damages(values.faults_in, tell):
        yield Checked(damage, repair and _mend(backend, damage))
    for damage in values.unnamed():
        yield Checked(damage, repair and _mend(backend, damage))
    if repair or forgets:
        backend.graph.repair.tidy(everything=forgets)


def _mend(backend: Backend, damage: Damage) -> bool:
    is_gone = False
    if damage.content is not None and damage.is_large:
        is_gone = backend.data.discard_bad(damage.content)
    return backend.graph.repair.mend(damage) or is_gone


class _Values:
    """Large values: all are read once, and it is remembered which ones are bad."""

    def __init__(self, data: DataStore, tell: Tell) -> None:
        self._data = data
        self._tell = tell
        self._bad: dict[Digest, Fault] = {}
        self._named: set[Digest] = set()

    def read_all(self) -> None:
        for digest in self._data.digests():
            self._tell("large values", 1)
            problem = fault_of(self._data, digest, lambda size: self._tell("bytes", size))
            if problem is not None:
                is_gone = isinstance(problem, DataMissingError)
                self._bad[digest] = Fault.MISSING if is_gone else Fault.CHANGED

    def faults_in(self, digests: Collection[Digest]) -> Mapping[Digest, Fault]:
        """What is wrong with some of them; who asks is who names them."""
        self._named.update(each for each in digests if each in self._bad)
        found = dict.fromkeys(self._data.missing(digests), Fault.MISSING)
        return found | {each: self._bad[each] for each in digests if each in self._bad}

    def unnamed(self) -> Iterator[Damage]:
        """The bad ones that nobody has asked for."""
        for digest, fault in self._bad.items():
            if digest not in self._named:
                yield Damage(
                    DamagedPart.VALUE, fault, digest.hex(), content=digest, is_large=True
                )
