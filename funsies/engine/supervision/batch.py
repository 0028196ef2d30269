"""What a child holds besides what it runs, and how its parent relieves it of that.

A child claims several short operations at once, and publishes their results together. All that
it holds it writes into shared memory before it goes on to its next operation. If one of them
takes longer than expected, or ends the process, its parent publishes what was done before it,
and puts back what was not begun. Some machines let another processor see the version before
what it is of: what cannot be decoded then is looked at again, too.
"""

from __future__ import annotations

import logging
import mmap
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import msgspec

from funsies.core.digest import DIGEST_BYTES, Digest
from funsies.engine.failure import publish_for
from funsies.engine.slots import FENCE_BYTES
from funsies.store.ports import GraphStore
from funsies.store.rows import Claim, Completion, Fence
from funsies.store.server_retry import SERVER_TROUBLE

from .status_board import MAX_LOOKS, NO_FENCE, ChildStatus, Phase, StatusBoard

_log = logging.getLogger(__name__)

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

_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(Completion).decode


@dataclass(frozen=True, slots=True)
class Held:
    """What a child holds.

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
    """Memory shared by a worker and its child: what it holds."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _BYTES)
        self._version = self._claims = self._start = self._used = 0
        self._is_waiting = False

    # -- written by the child

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
        """What the child holds; nothing if it died while it was writing."""
        for _ in range(MAX_LOOKS):
            version, claims, start, used, is_waiting = _HEADER.unpack_from(self._memory, 0)
            copy = self._memory[: _DONE_AT + used]
            if version % 2 == 0 and copy[: _HEADER.size] == self._memory[: _HEADER.size]:
                with suppress(msgspec.DecodeError, struct.error):  # of what is not there yet
                    done = tuple(_completions_in(copy, _DONE_AT + start))
                    return Held(tuple(_claims_in(copy, claims)), done, is_waiting)
        return NOTHING_HELD

    def relieve(self, fence: Fence) -> None:
        """Tell the child that all else is seen to that it claimed with what it runs."""
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


SHORT_SECONDS: Final = 0.05
"""What has run for longer holds nothing else."""

PAUSE_SECONDS: Final = 1.0
"""Pause between two looks while one operation runs for long; the first one, if it grows."""


class Relief:
    """Publishes what a child has done, and puts back what it has not begun.

    The store knows what the child holds, also if the answer that tells it is still on its way.
    If the message itself may be, then it is asked again, after longer and longer pauses.

    Args:
        graph: the store.
        slot: under which the child claims.
        board: what it says that it runs.
        batch: what it holds.
        clock: the time, monotonic seconds.
    """

    def __init__(
        self,
        graph: GraphStore,
        slot: str,
        board: StatusBoard,
        batch: Batch,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._graph = graph
        self._slot = slot
        self._board = board
        self._batch = batch
        self._clock = clock
        self._pause_seconds = PAUSE_SECONDS
        self._known_fence = self._relieved = NO_FENCE
        self._due_at = clock() + SHORT_SECONDS

    def next_look_seconds(self) -> float:
        """How long nothing has to be looked at."""
        return max(0.0, self._due_at - self._clock())

    def look(self) -> None:
        """Relieve the child if it is still at what it ran when it was looked at before."""
        if self._clock() < self._due_at:
            return
        self._due_at = self._clock() + SHORT_SECONDS
        running = self._running()
        if running is None or running.fence != self._known_fence:
            self._known_fence = NO_FENCE if running is None else running.fence
            self._pause_seconds = PAUSE_SECONDS
            return
        held = self._batch.read()
        has_others = held.done or held.not_begun(running.fence) or held.is_waiting
        if running.fence == self._relieved or not has_others:
            self._due_at = self._clock() + PAUSE_SECONDS
            return
        self._batch.relieve(running.fence)
        after = self._running()
        if after is None or after.fence != running.fence:  # it goes on, and needs no help
            return
        self._see_to(held, running.fence)

    def _running(self) -> ChildStatus | None:
        now = self._board.read()
        return now if now is not None and now.phase is Phase.RUNNING else None

    def _see_to(self, held: Held, fence: Fence) -> None:
        try:
            if held.done:
                publish_for(self._graph, held.done)
            keeps = [fence, *(each.fence for each in held.done)]
            self._graph.put_back(self._slot, keeps=keeps, while_holding=fence)
        except SERVER_TROUBLE as trouble:
            _log.warning("cannot put back what was claimed with a long step: %s", trouble)
        else:
            self._relieved = NO_FENCE if held.is_waiting else fence
        self._due_at = self._clock() + self._pause_seconds
        self._pause_seconds *= 2
