"""The store in the memory of one process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from funsies.core.digest import Digest
from funsies.core.durations import steady_seconds
from funsies.store.ports import AnsweredStep, PendingStep, Subscription
from funsies.store.rows import (
    NOTHING_TO_REPORT,
    Completion,
    Damage,
    Definitions,
    Fence,
    Generation,
    LargeFaults,
    Lease,
    OperationState,
    QueueName,
    RequestAnswer,
    RunReport,
    Setback,
    StepAnswer,
    SweepAnswer,
    Tell,
    Verdict,
    Wanted,
    log_client,
)

from . import damage as damaged
from . import looking, requesting, running, upkeep
from .looking import Reader
from .subscription import Mailbox
from .tables import Tables

_STARTED_MS: Final = time.time_ns() // 1_000_000 - round(steady_seconds() * 1000)
"""Time by the system's clock when that of the store was 0."""


class MemoryStore(Reader):
    """A :class:`~funsies.store.ports.GraphStore` without a server, safe to share by threads.

    Args:
        clock: time in milliseconds; if None one that nobody sets, unlike the system's.
    """

    def __init__(self, *, clock: Callable[[], int] | None = None) -> None:
        self._clock = clock or _steady_ms
        super().__init__(threading.RLock(), Tables(self._clock))

    def __repr__(self) -> str:
        """Say how much is kept."""
        return f"MemoryStore({len(self._tables.definitions)} operations)"

    def define(self, definitions: Definitions) -> None:
        """See :meth:`GraphStore.define`."""
        with self._lock:
            looking.define(self._tables, definitions)

    def save_options(self, options: Mapping[Digest, bytes]) -> None:
        """See :meth:`GraphStore.save_options`."""
        with self._lock:
            self._tables.options.update(options)

    def save_named(self, kind: str, name: str, data: bytes) -> None:
        """See :meth:`GraphStore.save_named`."""
        with self._lock:
            self._tables.named[kind, name] = data

    def save_all_named(self, kind: str, records: Mapping[str, bytes]) -> None:
        """See :meth:`GraphStore.save_all_named`."""
        with self._lock:
            self._tables.named.update({(kind, name): data for name, data in records.items()})

    def keep_named(self, kind: str, name: str, data: bytes) -> bytes:
        """See :meth:`GraphStore.keep_named`."""
        with self._lock:
            return self._tables.named.setdefault((kind, name), data)

    def forget_named(self, kind: str, names: Sequence[str] | None = None) -> None:
        """See :meth:`GraphStore.forget_named`."""
        with self._lock:
            for name in self.names(kind) if names is None else names:
                self._tables.named.pop((kind, name), None)

    def new_generation(self) -> Generation:
        """See :meth:`GraphStore.new_generation`."""
        with self._lock:
            return requesting.new_generation(self._tables)

    def last_generation(self) -> Generation:
        """See :meth:`GraphStore.last_generation`."""
        with self._lock:
            return self._tables.generation

    def request(self, generation: Generation, wanted: Sequence[Wanted]) -> RequestAnswer:
        """See :meth:`GraphStore.request`."""
        with self._lock:
            return requesting.request(self._tables, generation, wanted)

    def cancel(
        self, generation: Generation, operations: Sequence[Digest], error: Digest
    ) -> int:
        """See :meth:`GraphStore.cancel`."""
        with self._lock:
            return requesting.cancel(self._tables, generation, operations, error)

    def reset(self, operations: Sequence[Digest]) -> int:
        """See :meth:`GraphStore.reset`."""
        with self._lock:
            return requesting.reset(self._tables, operations)

    def watch(self, client: str, operations: Sequence[Digest]) -> list[OperationState]:
        """See :meth:`GraphStore.watch`."""
        with self._lock:
            return looking.watch(self._tables, client, operations)

    def subscribe(self, client: str) -> Subscription:
        """See :meth:`GraphStore.subscribe`."""

        def forget(mailbox: Mailbox) -> None:
            with self._lock:
                others = self._tables.mailboxes.pop(client, [])
                kept = [each for each in others if each is not mailbox]
                if kept:
                    self._tables.mailboxes[client] = kept

        with self._lock:
            mailbox = Mailbox(forget)
            self._tables.mailboxes.setdefault(client, []).append(mailbox)
            return mailbox

    def is_heard(self, client: str) -> bool:
        """See :meth:`GraphStore.is_heard`."""
        with self._lock:
            return client in self._tables.mailboxes

    def show_tail(self, operation: Digest, tail: bytes) -> None:
        """See :meth:`GraphStore.show_tail`."""
        with self._lock:
            self._tables.tails[operation] = tail
            for mailbox in self._tables.mailboxes.get(log_client(operation), []):
                mailbox.wake()

    def step(
        self,
        slot: str,
        sequence: int,
        queue: QueueName,
        *,
        lease_ms: int,
        fence: Fence,
        completions: Sequence[Completion] = (),
        claims: int = 1,
        keeps: Sequence[Fence] = (),
    ) -> StepAnswer:
        """See :meth:`GraphStore.step`."""
        with self._lock:
            return running.step(
                self._tables,
                slot,
                sequence,
                queue,
                lease_ms=lease_ms,
                fence=fence,
                completions=completions,
                claims=claims,
                keeps=keeps,
            )

    def send_step(
        self,
        slot: str,
        sequence: int,
        queue: QueueName,
        *,
        lease_ms: int,
        fence: Fence,
        completions: Sequence[Completion] = (),
        claims: int = 1,
        keeps: Sequence[Fence] = (),
    ) -> PendingStep:
        """See :meth:`GraphStore.send_step`."""
        return AnsweredStep(
            self.step(
                slot,
                sequence,
                queue,
                lease_ms=lease_ms,
                fence=fence,
                completions=completions,
                claims=claims,
                keeps=keeps,
            )
        )

    def put_back(
        self, slot: str, *, keeps: Sequence[Fence], while_holding: Fence | None = None
    ) -> tuple[QueueName, ...]:
        """See :meth:`GraphStore.put_back`."""
        with self._lock:
            return running.put_back(
                self._tables, slot, keeps=keeps, while_holding=while_holding
            )

    def release(
        self,
        slot: str,
        operation: Digest,
        fence: Fence,
        *,
        delay_ms: int = 0,
        setback: Setback,
    ) -> Verdict:
        """See :meth:`GraphStore.release`."""
        with self._lock:
            return running.release(
                self._tables,
                slot,
                operation,
                fence,
                delay_ms=delay_ms,
                setback=setback,
            )

    def delegate(
        self,
        slot: str,
        operation: Digest,
        fence: Fence,
        target: Digest,
        index: int,
        *,
        report: RunReport = NOTHING_TO_REPORT,
    ) -> Verdict:
        """See :meth:`GraphStore.delegate`."""
        with self._lock:
            return running.delegate(
                self._tables, slot, operation, fence, (target, index), report=report
            )

    def park(
        self,
        slot: str,
        operation: Digest,
        fence: Fence,
        *,
        setback: Setback = Setback.NOTHING,
    ) -> Verdict:
        """See :meth:`GraphStore.park`."""
        with self._lock:
            return running.park(self._tables, slot, operation, fence, setback=setback)

    def renew(self, slot: str, fence: Fence, *, lease_ms: int) -> bool:
        """See :meth:`GraphStore.renew`."""
        with self._lock:
            return running.renew(self._tables, slot, fence, lease_ms)

    def invalidate(self, operation: Digest, index: int, content: Digest) -> bool:
        """See :meth:`GraphStore.invalidate`."""
        with self._lock:
            return requesting.invalidate(self._tables, operation, index, content)

    def sweep(
        self, sweeper: str, *, fences: Sequence[Fence], lease_ms: int, limit: int = 100
    ) -> SweepAnswer:
        """See :meth:`GraphStore.sweep`."""
        with self._lock:
            return upkeep.sweep(self._tables, sweeper, fences, lease_ms, limit)

    def leases(self) -> list[Lease]:
        """See :meth:`GraphStore.leases`."""
        with self._lock:
            return upkeep.leases(self._tables)

    def waiting_on(self, operation: Digest) -> tuple[Digest, ...]:
        """See :meth:`GraphStore.waiting_on`."""
        with self._lock:
            return upkeep.waiting_on(self._tables, operation)

    def pending(self, limit: int) -> list[Digest]:
        """See :meth:`GraphStore.pending`."""
        with self._lock:
            return list(self._tables.blocked)[:limit]

    def is_stuck(self) -> bool:
        """See :meth:`GraphStore.is_stuck`."""
        with self._lock:
            return upkeep.is_stuck(self._tables)

    def fail_waiting(self, operation: Digest, error: Digest) -> bool:
        """See :meth:`GraphStore.fail_waiting`."""
        with self._lock:
            return requesting.fail_waiting(self._tables, operation, error)

    def recount(self, operations: Sequence[Digest]) -> int:
        """See :meth:`GraphStore.recount`."""
        with self._lock:
            return sum(upkeep.recount(self._tables, each) for each in operations)

    def damages(self, large_faults: LargeFaults, tell: Tell) -> Iterator[Damage]:
        """See :meth:`GraphStore.damages`."""
        with self._lock:
            found = list(damaged.damages(self._tables, large_faults, tell))
        yield from found

    def mend(self, damage: Damage) -> bool:
        """See :meth:`GraphStore.mend`."""
        with self._lock:
            return damaged.mend(self._tables, damage)

    def tidy(self, *, everything: bool = False) -> int:  # noqa: ARG002
        """See :meth:`GraphStore.tidy`: nothing is set aside here."""
        return 0

    def check(self) -> None:
        """Nothing can be wrong."""

    def clear(self) -> None:
        """See :meth:`GraphStore.clear`."""
        with self._lock:
            mailboxes = self._tables.mailboxes
            self._tables = Tables(self._clock, mailboxes=mailboxes)

    def close(self) -> None:
        """Nothing is open; what is kept stays until the object goes."""


def _steady_ms() -> int:
    return _STARTED_MS + round(steady_seconds() * 1000)
