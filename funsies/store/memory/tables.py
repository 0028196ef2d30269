"""What the store in memory keeps, and how threads take turns with it."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from funsies.core.digest import Digest
from funsies.store.rows import (
    ArtefactRow,
    Failed,
    Fence,
    Generation,
    OperationRow,
    QueueName,
    Setback,
    Status,
    StoredResult,
    TaskRow,
    Verdict,
)
from funsies.store.rows.state import NEVER, NO_QUEUE

P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S", bound="Locked")

MOST_FAILURES = 500
"""Failures that are remembered."""

NO_DIGEST = Digest(b"")
NO_FENCE = Fence(b"")

EntryKey = tuple[int, int, int, int, Digest]
"""Place in a ready queue: -priority, generation, class, sequence, operation."""


@dataclass(slots=True)
class Cell:
    """State of one operation; the comments of ``OperationState`` and ``Wanted`` hold.

    Attributes:
        failures: of the step itself, since it was asked for.
        losses: of its worker, likewise.
        lost_inputs: how often an input was lost, and made again.
        is_single: it was lost with others, and is claimed by itself.
        is_skipped: it has ended by an error among its inputs.
        withdrawn_by: the generation whose withdrawal has ended it, if that is how it ended.
        first_generation: of the request that started it; orders the ready queue.
        wanted_by: generations that want it while it is pending.
        epoch: number of the wait; entries of older waits are void.
        target: of a delegated operation, with the index of the output.
        entry: place in the ready queue.
        is_tainted: an input of the present run is volatile.
        trace_index: where the trace of the present inputs is, or would be.
    """

    status: Status = Status.IDLE
    generation: Generation = NEVER
    queue: QueueName = NO_QUEUE
    attempts: int = 0
    failures: int = 0
    losses: int = 0
    lost_inputs: int = 0
    is_single: bool = False
    is_skipped: bool = False
    volatile: bool = False
    withdrawn_by: Generation = NEVER
    results: tuple[StoredResult, ...] = ()
    priority: int = 0
    options: Digest = NO_DIGEST
    lost_limit: int = 0
    first_generation: Generation = NEVER
    wanted_by: set[Generation] = field(default_factory=set)
    epoch: int = 0
    missing: int = 0
    target: tuple[Digest, int] | None = None
    entry: EntryKey | None = None
    fence: Fence = NO_FENCE
    slot: str = ""
    is_tainted: bool = False
    trace_index: bytes = b""

    @property
    def made_for(self) -> Generation:
        """The newest request for which a volatile result does; none, if it was withdrawn."""
        return NEVER if self.withdrawn_by else self.generation

    def ends_like(self, made: Cell) -> bool:
        """Whether this one, which waits for another, ends as that one did.

        It goes on if that one was withdrawn by a request while others want this one: it asks
        for it again in their name.
        """
        return not made.withdrawn_by or not self.wanted_by - {made.withdrawn_by}

    @property
    def may_be_lost(self) -> bool:
        """True if one more loss is not the last that is allowed."""
        return self.losses + 1 < self.lost_limit

    def charge(self, setback: Setback) -> None:
        """Count what has ended a run; an attempt that nothing has ended does not count."""
        self.failures += setback is Setback.FAILURE
        self.losses += setback is Setback.LOSS
        self.lost_inputs += setback is Setback.INPUT
        self.attempts -= setback in (Setback.NOTHING, Setback.INPUT)


@dataclass(slots=True)
class Hold:
    """A lease: who runs what, until when.

    Attributes:
        fences: of the operations that a slot holds, in the order in which they were claimed.
        is_prolonged: an outage prolonged it, and it was not renewed since.
        worker: the slot that was lost, if a sweeper holds the lease now.
    """

    expires_ms: int
    started_ms: int
    fences: dict[Digest, Fence] = field(default_factory=dict)
    is_prolonged: bool = False
    worker: str = ""


@dataclass(slots=True)
class SlotMemory:
    """What is remembered of a slot, so that a repeated message gets the same answer."""

    sequence: int = -1
    fence: Fence = NO_FENCE
    fed_queues: frozenset[QueueName] = frozenset()
    verdicts: tuple[Verdict, ...] = ()
    share_left: bool = False
    is_passed_over: bool = False
    ended_fence: Fence = NO_FENCE
    ended_verdict: Verdict = Verdict.OK
    used_ms: int = 0


Waiter = tuple[Digest, int]
"""A waiting operation, and the epoch of its wait."""


class Mailbox:
    """News for one client: a :class:`~funsies.store.ports.Subscription`.

    Args:
        on_close: called with the mailbox when it is closed.
    """

    def __init__(self, on_close: Callable[[Mailbox], None]) -> None:
        self._on_close = on_close
        self._changed = threading.Condition()
        self._news: set[Digest] = set()
        self._is_woken = False

    def deliver(self, operation: Digest) -> None:
        """Tell the client that an operation is finished."""
        # Kept until it is fetched: it may come between two calls of wait, when nobody listens.
        with self._changed:
            self._news.add(operation)
            self._changed.notify_all()

    def wait(self, timeout_seconds: float | None) -> frozenset[Digest]:
        """Block until there is news, and return it; nothing after the timeout or a wake."""
        with self._changed:
            self._changed.wait_for(lambda: self._news or self._is_woken, timeout_seconds)
            news, self._news, self._is_woken = frozenset(self._news), set(), False
            return news

    def wake(self) -> None:
        """Make a ``wait`` in another thread return."""
        with self._changed:
            self._is_woken = True
            self._changed.notify_all()

    def close(self) -> None:
        """End the subscription: whoever waits returns."""
        self._on_close(self)
        self.wake()


@dataclass(slots=True)
class Tables:
    """All that is kept."""

    clock: Callable[[], int]
    definitions: dict[Digest, OperationRow] = field(default_factory=dict)
    tasks: dict[Digest, dict[str, TaskRow]] = field(default_factory=dict)
    artefacts: dict[Digest, ArtefactRow] = field(default_factory=dict)
    contents: dict[Digest, bytes] = field(default_factory=dict)
    options: dict[Digest, bytes] = field(default_factory=dict)
    children: defaultdict[Digest, set[Digest]] = field(default_factory=lambda: defaultdict(set))
    cells: dict[Digest, Cell] = field(default_factory=dict)
    traces: dict[bytes, tuple[Digest, tuple[StoredResult, ...]]] = field(default_factory=dict)
    records: dict[Digest, bytes] = field(default_factory=dict)
    logs: dict[Digest, bytes] = field(default_factory=dict)
    counters: defaultdict[str, defaultdict[str, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )
    queues: set[QueueName] = field(default_factory=set)
    fed_queues: set[QueueName] = field(default_factory=set)
    ready: dict[QueueName, dict[Digest, EntryKey]] = field(default_factory=dict)
    heaps: dict[QueueName, list[EntryKey]] = field(default_factory=dict)
    delayed: dict[Digest, int] = field(default_factory=dict)
    blocked: dict[Digest, None] = field(default_factory=dict)
    waiters: dict[Digest, deque[Waiter]] = field(default_factory=dict)
    cascades: list[tuple[Digest, deque[Waiter]]] = field(default_factory=list)
    leases: dict[str, Hold] = field(default_factory=dict)
    slots: dict[str, SlotMemory] = field(default_factory=dict)
    watchers: dict[Digest, set[str]] = field(default_factory=dict)
    mailboxes: dict[str, list[Mailbox]] = field(default_factory=dict)
    sequence: int = 0
    generation: Generation = NEVER
    swept_ms: int | None = None
    tails: dict[Digest, bytes] = field(default_factory=dict)
    failures: deque[Failed] = field(default_factory=lambda: deque(maxlen=MOST_FAILURES))

    def clear(self) -> None:
        """Forget all but who listens."""
        empty = Tables(self.clock, mailboxes=self.mailboxes)
        for each in fields(self):
            setattr(self, each.name, getattr(empty, each.name))

    def next_number(self) -> int:
        """Number that was not given before: for epochs and for places in queues."""
        self.sequence += 1
        return self.sequence

    def cell(self, operation: Digest) -> Cell:
        """State of an operation."""
        return self.cells.setdefault(operation, Cell())

    def look(self, operation: Digest) -> Cell:
        """State of an operation, to be read only."""
        return self.cells.get(operation) or Cell()

    def has_bytes(self, results: tuple[StoredResult, ...]) -> bool:
        """Whether the small bytes that the results name are stored."""
        return all(result.large or result.content in self.contents for result in results)


class Locked:
    """Tables that threads take turns with: each act of the store is an :func:`atomic` method.

    Args:
        tables: all that is kept.
        lock: of these tables; its holder may take it again, as acts use one another.
    """

    def __init__(self, tables: Tables, lock: threading.RLock) -> None:
        self._tables = tables
        self._lock = lock


def atomic(act: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """Let no other thread see, or change, the tables while a method is at work."""

    @wraps(act)
    def alone(self: S, /, *arguments: P.args, **options: P.kwargs) -> T:
        with self._lock:
            return act(self, *arguments, **options)

    return alone
