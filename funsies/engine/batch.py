"""What a horse holds besides what it runs, in memory that it shares with its parent.

A horse claims several short operations at once, and publishes their results together. If one of
them takes longer than expected, or ends the process, its parent publishes what was done before
it, and puts back what was not begun. So all that is held is written here before the horse goes
on to its next operation. The memory is made before the fork. As elsewhere (``announcement.py``)
a version number that is odd while something is written tells the reader to look again. Some
machines let another processor see the version before what it is of: what cannot be decoded then
is looked at again, too.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import msgspec

from funsies.core.digest import DIGEST_BYTES, Digest
from funsies.store.rows import Claim, Completion, Fence

from .announcement import NO_FENCE
from .names import FENCE_BYTES

MOST_CLAIMS: Final = 16
"""Operations that are claimed together at most; more would save nothing."""

MOST_HELD: Final = 2 * MOST_CLAIMS
"""Operations that are held at most: more are asked for before all are done."""

_HEADER: Final = struct.Struct("=QIII?")
_CLAIM: Final = struct.Struct(f"={DIGEST_BYTES}s{FENCE_BYTES}s")
_LENGTH: Final = struct.Struct("=I")
_RELIEVED_AT: Final = _HEADER.size
_CLAIMS_AT: Final = _RELIEVED_AT + FENCE_BYTES
_DONE_AT: Final = _CLAIMS_AT + MOST_HELD * _CLAIM.size
_BYTES: Final = 1 << 17
_MAX_LOOKS: Final = 1000

_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(Completion).decode


@dataclass(frozen=True, slots=True)
class Held:
    """What a horse holds.

    Attributes:
        claims: what it has claimed together, in the order in which it is run.
        done: what may not be published yet.
        is_waiting: a message of it is on its way, by which more may be claimed.
    """

    claims: tuple[tuple[Digest, Fence], ...] = ()
    done: tuple[Completion, ...] = ()
    is_waiting: bool = False

    def not_begun(self, running: Fence) -> tuple[tuple[Digest, Fence], ...]:
        """What comes after what runs; all but the first if it is none of them."""
        fences = [fence for _, fence in self.claims]
        return self.claims[fences.index(running) + 1 if running in fences else 1 :]


NOTHING_HELD: Final = Held()


class Batch:
    """Memory shared by a worker and its horse."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _BYTES)
        self._version = self._claims = self._start = self._used = 0
        self._is_waiting = False

    # -- written by the horse

    def claimed(self, claims: Sequence[Claim]) -> None:
        """Say what is claimed now and not done, in the order in which it is run."""
        if self._claims == 0 and len(claims) < 2:  # noqa: PLR2004 - nothing is to be said of one
            return
        self._write(is_whole=False)
        together = claims if len(claims) > 1 else ()
        for number, claim in enumerate(together):
            at = _CLAIMS_AT + number * _CLAIM.size
            _CLAIM.pack_into(self._memory, at, claim.operation.digest, claim.fence)
        self._claims = len(together)
        self._write()

    def add(self, completion: Completion) -> bool:
        """Keep what is to be published later; False if there is no room for it."""
        data = _encode(completion)
        at = _DONE_AT + self._used
        end = at + _LENGTH.size + len(data)
        if end > _BYTES:
            return False
        _LENGTH.pack_into(self._memory, at, len(data))
        self._memory[at + _LENGTH.size : end] = data
        self._used = end - _DONE_AT
        self._write()
        return True

    def sent(self) -> None:
        """Say that a message is on its way."""
        self._is_waiting = True
        self._write()

    def answered(self, number: int) -> None:
        """Say that no message is on its way, and that what was added first is published."""
        if self._start == self._used and not self._is_waiting:
            return
        self._is_waiting = False
        while number and self._start < self._used:
            (length,) = _LENGTH.unpack_from(self._memory, _DONE_AT + self._start)
            self._start += _LENGTH.size + length
            number -= 1
        if self._start == self._used:
            self._start = self._used = 0
        self._write()

    def is_relieved(self) -> bool:
        """True, once, if the parent sees to all but what ran just now."""
        if self._memory[_RELIEVED_AT:_CLAIMS_AT] == NO_FENCE:
            return False
        self._memory[_RELIEVED_AT:_CLAIMS_AT] = NO_FENCE
        return True

    def _write(self, *, is_whole: bool = True) -> None:
        self._version += 1 + (is_whole and self._version % 2 == 0)
        said = (self._claims, self._start, self._used, self._is_waiting)
        _HEADER.pack_into(self._memory, 0, self._version, *said)

    # -- read and written by the parent

    def read(self) -> Held:
        """What the horse holds; nothing if it died while it was writing."""
        for _ in range(_MAX_LOOKS):
            version, claims, start, used, is_waiting = _HEADER.unpack_from(self._memory, 0)
            copy = self._memory[: _DONE_AT + used]
            if version % 2 == 0 and copy[: _HEADER.size] == self._memory[: _HEADER.size]:
                with suppress(msgspec.DecodeError, struct.error):  # of what is not there yet
                    done = tuple(_completions_in(copy, _DONE_AT + start))
                    return Held(tuple(_claims_in(copy, claims)), done, is_waiting)
        return NOTHING_HELD

    def relieve(self, fence: Fence) -> None:
        """Tell the horse that all else is seen to that it claimed with what it runs."""
        self._memory[_RELIEVED_AT:_CLAIMS_AT] = fence


def _claims_in(memory: bytes, number: int) -> Iterator[tuple[Digest, Fence]]:
    for each in range(number):
        operation, fence = _CLAIM.unpack_from(memory, _CLAIMS_AT + each * _CLAIM.size)
        yield Digest(operation), Fence(fence)


def _completions_in(memory: bytes, at: int) -> Iterator[Completion]:
    while at < len(memory):
        (length,) = _LENGTH.unpack_from(memory, at)
        at += _LENGTH.size
        yield _decode(memory[at : at + length])
        at += length
