"""What a child tells its parent without a message: a few pages of shared memory.

The child says what it runs, under which fence and until when; the parent says that it should
stop. The memory is made before the fork. Each field has one writer, and a version number that
is odd while a record is being written tells the reader to look again.
"""

from __future__ import annotations

import mmap
import os
import struct
from enum import IntEnum
from pathlib import Path
from typing import Final, NamedTuple, Self

from funsies.core.digest import Digest
from funsies.store.rows import Claim, Fence

_VERSION: Final = struct.Struct("=Q")
_RECORD: Final = struct.Struct("=B32s16sIIIIdIQQI")
_RECORD_AT: Final = _VERSION.size
_STOP_AT: Final = _RECORD_AT + _RECORD.size
_PREEMPT_AT: Final = _STOP_AT + 1
_TROUBLE: Final = struct.Struct("=500p")
_TROUBLE_AT: Final = _PREEMPT_AT + 1
_STREAMS: Final = struct.Struct("=255p")
_STREAMS_AT: Final = _TROUBLE_AT + _TROUBLE.size
_FOLLOWED_AT: Final = _STREAMS_AT + _STREAMS.size
MAX_LOOKS: Final = 1000
"""So often a record that is being written is looked at again; then its writer is dead."""

_NO_OPERATION: Final = Digest(bytes(32))
NO_FENCE: Final = Fence(bytes(16))
"""Fence of no claim."""


class Phase(IntEnum):
    """Where the child stands."""

    IDLE = 0
    """It holds no operation."""
    RUNNING = 1
    """It runs the operation."""
    REPORTING = 2
    """It is sending the outcome: the lease may end at any moment, rightly."""
    RETIRED = 3
    """It leaves, and a fresh child is to go on; what is still in hand is for that one."""


class ChildStatus(NamedTuple):
    """What a child is doing; the fields are in the order of the shared record.

    Attributes:
        phase: where it stands.
        operation: what it runs; zeros if it has not run anything.
        fence: under which; zeros if nothing is in hand.
        attempt: 1 for the first start of the operation.
        failures: how many of those before failed by the step itself.
        losses: how many ended with their worker.
        lost_limit: number of losses that is its end.
        deadline: end of the operation's ``timeout``, monotonic seconds; 0 for none.
        retries: how often a failed operation is started again.
        retry_delay_ms: pause before that, milliseconds.
        sequence: number of the last message sent to the store.
        settled: number of operations that were published, put back or set aside so far.
    """

    phase: Phase = Phase.IDLE
    operation: Digest = _NO_OPERATION
    fence: Fence = NO_FENCE
    attempt: int = 0
    failures: int = 0
    losses: int = 0
    lost_limit: int = 0
    deadline: float = 0.0
    retries: int = 0
    retry_delay_ms: int = 0
    sequence: int = 0
    settled: int = 0

    @classmethod
    def of(cls, claim: Claim) -> Self:
        """What is known of a claim before its task is loaded."""
        return cls(
            phase=Phase.RUNNING,
            operation=claim.operation.digest,
            fence=claim.fence,
            attempt=claim.attempt,
            failures=claim.failures,
            losses=claim.losses,
            lost_limit=claim.lost_limit,
        )


class StatusBoard:
    """Memory shared by a worker and its child.

    Attributes:
        written: what this process has said last, which the child need not read back.
    """

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, mmap.PAGESIZE)
        self._version = 0
        self.written: ChildStatus = ChildStatus()
        self.write(self.written)

    # -- written by the child

    def write(self, record: ChildStatus) -> None:
        """Say what the child does now."""
        self.written = record
        self._set_version(self._version | 1)  # it is odd if a signal has cut the last one short
        _RECORD.pack_into(self._memory, _RECORD_AT, *record)
        self._set_version(self._version + 1)

    def tell_trouble(self, text: str) -> None:
        """Say why the child leaves out of order; what is too long is cut off."""
        _TROUBLE.pack_into(self._memory, _TROUBLE_AT, text.encode(errors="replace"))

    def say_streams(self, directory: Path | None) -> None:
        """Say where the commands print of the shell step that runs; None for no such step."""
        name = os.fsencode(directory or b"")
        whole = name if len(name) < _STREAMS.size else b""  # a path that is cut is another one
        _STREAMS.pack_into(self._memory, _STREAMS_AT, whole)

    def is_followed(self, fence: Fence) -> bool:
        """True if the parent has told what is printed under this fence."""
        return self._memory[_FOLLOWED_AT : _FOLLOWED_AT + len(fence)] == fence

    def _set_version(self, version: int) -> None:
        self._version = version
        _VERSION.pack_into(self._memory, 0, version)

    # -- read by the parent

    def read(self) -> ChildStatus | None:
        """What the child does; None if it died while it was writing."""
        for _ in range(MAX_LOOKS):
            before = self._read_version()
            record = _RECORD.unpack_from(self._memory, _RECORD_AT)
            if before % 2 == 0 and before == self._read_version():
                phase, operation, fence, *rest = record
                return ChildStatus(Phase(phase), Digest(operation), Fence(fence), *rest)
        return None

    @property
    def trouble(self) -> str:
        """Why the child left out of order; empty if it did not say so."""
        text: bytes
        (text,) = _TROUBLE.unpack_from(self._memory, _TROUBLE_AT)
        return text.decode(errors="ignore")

    @property
    def streams(self) -> Path | None:
        """Where the commands print of the shell step that runs; None for no such step."""
        name: bytes
        (name,) = _STREAMS.unpack_from(self._memory, _STREAMS_AT)
        return Path(os.fsdecode(name)) if name else None

    def _read_version(self) -> int:
        version: int
        (version,) = _VERSION.unpack_from(self._memory, 0)
        return version

    # -- written by the parent, read by the child

    def say_followed(self, fence: Fence) -> None:
        """Say that somebody is told what is printed under this fence."""
        self._memory[_FOLLOWED_AT : _FOLLOWED_AT + len(fence)] = fence

    def ask_to_stop(self) -> None:
        """Ask the child to claim nothing more."""
        self._memory[_STOP_AT] = 1

    def ask_to_preempt(self) -> None:
        """Let the next SIGTERM interrupt the operation that runs."""
        self._memory[_PREEMPT_AT] = 1

    @property
    def must_stop(self) -> bool:
        """True if the child is to claim nothing more."""
        return self._memory[_STOP_AT] == 1

    @property
    def must_preempt(self) -> bool:
        """True if a SIGTERM is to interrupt the operation that runs."""
        return self._memory[_PREEMPT_AT] == 1
