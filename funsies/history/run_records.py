"""How runs are stored: a record of each, its requests, and the number of the last one.

The record is written when a program asks for the first result, and again when it ends. A
request is one small row of its own, so that a loop of a thousand is cheap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import msgspec

from funsies.core.digest import DIGEST_BYTES, Digest, content_digest
from funsies.store.connect import Backend
from funsies.store.ports import NamedRecords
from funsies.store.rows import Definitions, Generation
from funsies.store.rows.run_rows import LISTED, LISTS, NUMBER, RUN, RunRecord, requests_of

KEPT_RUNS: Final = 1000
"""Older runs than so many are forgotten."""

LISTED_TARGETS: Final = 32
"""More targets of a request than these are stored as lists under their digests: once, however
often the same are asked for."""

_TARGETS_A_LIST: Final = 1000
_COUNTER: Final = "runs"
_LAST: Final = "last"
_FORGOTTEN_AT_ONCE: Final = 8
"""More than one: who was to forget a run may have died."""


def write_new(named: NamedRecords, record: RunRecord) -> int:
    """Store a new run, and forget one that is too old.

    Returns:
        Its number, which no other has.
    """
    number, data = last_number(named) + 1, msgspec.json.encode(record)
    while named.setdefault(RUN, str(number), data) != data:
        # Others began at this moment, or ended before they had noted their number.
        number = max([number, *numbers(named)]) + 1
    named.save(_COUNTER, {_LAST: str(number).encode()})
    oldest = number - KEPT_RUNS
    forget(named, range(max(1, oldest - _FORGOTTEN_AT_ONCE + 1), oldest + 1))
    return number


def write(named: NamedRecords, number: int, record: RunRecord) -> None:
    """Store a run again."""
    named.save(RUN, {str(number): msgspec.json.encode(record)})


def read(named: NamedRecords, number: int) -> RunRecord | None:
    """What is stored of a run; None if there is none of this number, or it is damaged."""
    data = named.get(RUN, str(number))
    return None if data is None else _decoded(data)


def last_number(named: NamedRecords) -> int:
    """Number of the newest run; 0 if there was none."""
    noted = _numbers([(named.get(_COUNTER, _LAST) or b"").decode(errors="replace")])
    return max(noted or numbers(named), default=0)  # it may be lost, or damaged


def numbers(named: NamedRecords) -> list[int]:
    """Numbers of all runs that are stored, newest first."""
    return sorted(_numbers(named.names(RUN)), reverse=True)


def forget(named: NamedRecords, some: Iterable[int]) -> None:
    """Forget some runs; their steps and results stay."""
    names = [str(number) for number in some]
    named.delete(RUN, names)
    for name in names:
        named.delete(requests_of(name))


def forget_old(named: NamedRecords) -> int:
    """Forget runs beyond the newest thousand; return how many those were."""
    old = numbers(named)[KEPT_RUNS:]
    forget(named, old)
    return len(old)


def add_request(
    backend: Backend, number: int, generation: Generation, targets: Sequence[Digest]
) -> None:
    """Note that a run asks for something."""
    row = LISTED + b"".join(targets)
    if len(targets) > LISTED_TARGETS:
        lists = [
            b"".join(targets[start : start + _TARGETS_A_LIST])
            for start in range(0, len(targets), _TARGETS_A_LIST)
        ]
        contents = tuple((content_digest(each), each) for each in lists)
        backend.graph.define(Definitions(contents=contents))
        row = LISTS + b"".join(digest for digest, _ in contents)
    backend.graph.named.save(requests_of(str(number)), {str(generation): row})


@dataclass(frozen=True)
class Requests:
    """The requests of a run, read when somebody asks: what was asked for may be very long.

    What is damaged is left out.

    Attributes:
        backend: where they are.
        number: of the run.
    """

    backend: Backend = field(repr=False)
    number: int

    @cached_property
    def generations(self) -> tuple[Generation, ...]:
        """Their numbers."""
        names = self.backend.graph.named.names(requests_of(str(self.number)))
        return tuple(map(Generation, sorted(_numbers(names))))

    @cached_property
    def targets(self) -> tuple[Digest, ...]:
        """What was asked for, each once, in order."""
        rows = self.backend.graph.named.get_all(requests_of(str(self.number)))
        found = (_targets(self.backend, rows[str(each)]) for each in sorted(_numbers(rows)))
        return tuple(dict.fromkeys(target for some in found for target in some))


def _targets(backend: Backend, row: bytes) -> Iterator[Digest]:
    if row[:1] == LISTED:
        yield from _cut(row[1:])
    elif row[:1] == LISTS:
        for data in backend.graph.contents(_cut(row[1:])):
            yield from _cut(data or b"")


def _cut(data: bytes) -> list[Digest]:
    whole = len(data) - len(data) % DIGEST_BYTES
    return [
        Digest(data[start : start + DIGEST_BYTES]) for start in range(0, whole, DIGEST_BYTES)
    ]


def _numbers(names: Iterable[str]) -> list[int]:
    """Those of the names that are numbers; others are damaged."""
    return [int(name) for name in names if NUMBER.fullmatch(name)]


def _decoded(data: bytes) -> RunRecord | None:
    try:
        return msgspec.json.decode(data, type=RunRecord)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
