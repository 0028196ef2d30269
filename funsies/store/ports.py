"""The store as the rest of funsies sees it: two protocols.

:class:`GraphStore` keeps the graph and its state; every call is atomic and may be sent twice.
:class:`DataStore` keeps the bytes of large values under their content digest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

from funsies.core.digest import Digest

from .rows import (
    NOTHING_TO_REPORT,
    ArtefactRow,
    Completion,
    Damage,
    Definitions,
    Failed,
    Fence,
    Found,
    Generation,
    LargeFaults,
    Lease,
    OperationRow,
    OperationState,
    QueueName,
    RequestAnswer,
    RunReport,
    SetAside,
    Setback,
    StepAnswer,
    SweepAnswer,
    TaskCounts,
    TaskRow,
    Tell,
    Verdict,
    Wanted,
)


class Subscription(Protocol):
    """News for one client about the operations that it watches."""

    def wait(self, timeout_seconds: float | None) -> frozenset[Digest]:
        """Block until some watched operations are finished, and return them.

        Returns at once what has come since the last call. Returns nothing after the timeout,
        after :meth:`wake`, and after a lost connection was restored (the client then looks
        again by itself).
        """

    def wake(self) -> None:
        """Make a ``wait`` in another thread return."""

    def close(self) -> None:
        """End the subscription."""


class GraphStore(Protocol):
    """The graph, its state, and small values. Each method is one atomic act."""

    # -- writing the graph

    def define(self, definitions: Definitions) -> None:
        """Write graph nodes; what is there already is written again.

        The newest definition counts: it is of the same task or operation, and may be loadable,
        or signed with a key that is known, where an older one is not.
        """

    def save_options(self, options: Mapping[Digest, bytes]) -> None:
        """Store encoded options under their digest, signed."""

    def options(self, digest: Digest) -> bytes | None:
        """Encoded options; None if unknown, or not signed with a key of ours."""

    def save_named(self, kind: str, name: str, data: bytes) -> None:
        """Keep a record under a name; what had that name is replaced."""

    def save_all_named(self, kind: str, records: Mapping[str, bytes]) -> None:
        """Keep records under their names; what had those names is replaced."""

    def keep_named(self, kind: str, name: str, data: bytes) -> bytes:
        """Keep a record under a name that has none; return what has that name now."""

    def named(self, kind: str, name: str) -> bytes | None:
        """The record of that name; None if there is none."""

    def some_named(self, kind: str, names: Sequence[str]) -> list[bytes | None]:
        """The records of these names, in the order asked; None where there is none."""

    def all_named(self, kind: str) -> dict[str, bytes]:
        """All records of a kind, by name."""

    def names(self, kind: str) -> list[str]:
        """Names of all records of a kind, in no order."""

    def forget_named(self, kind: str, names: Sequence[str] | None = None) -> None:
        """Forget records of a kind: those of the names, or all."""

    # -- asking for results

    def new_generation(self) -> Generation:
        """Number a request: max(server time in ms, last generation + 1)."""

    def last_generation(self) -> Generation:
        """The number of the newest request; 0 if there was none."""

    def request(self, generation: Generation, wanted: Sequence[Wanted]) -> RequestAnswer:
        """Ask for operations, leaves first.

        An operation with a final result whose small bytes are there, or with a volatile result
        of this generation or a newer one that was not withdrawn, is satisfied. One that is
        pending is also wanted by this generation; if this generation is the newest, queue,
        priority and options become those given here, also for an entry that is queued already.
        Any other is started: it waits for the distinct producers that are pending, or becomes
        ready, or is ended at once by an error among its inputs. It is not started, and its
        producers are returned in ``needs``, if a producer is undefined, idle, or finished with
        a volatile result of an older generation or with missing bytes. An undefined operation
        is itself in ``needs``.
        """

    def cancel(
        self, generation: Generation, operations: Sequence[Digest], error: Digest
    ) -> int:
        """Withdraw a request; operations that no other request wants end with the error.

        The error (a small content, stored beforehand with :meth:`define`) is published as a
        volatile result of each such operation; a running one loses its lease, so that its
        worker stops it. The error satisfies no request, not even an older one that comes later:
        whoever asks for such an operation starts it again. A consumer, strict or not, ends with
        it unless another request wants that consumer, which then asks for its inputs again.
        What an operation of another request waits for is spared; give producers before
        consumers, as for a request.

        Returns:
            The number of operations ended.

        Raises:
            DataMissingError: if the error is not stored.
        """

    def reset(self, operations: Sequence[Digest]) -> int:
        """Forget the results and the traces of operations; return how many were forgotten.

        One that is running loses its lease and is ready again; one that is otherwise pending
        stays as it is.
        """

    def watch(self, client: str, operations: Sequence[Digest]) -> list[OperationState]:
        """Have the client told when these are finished; return their states now.

        Only operations that are pending are watched. A watch ends after an hour, so that
        those of dead clients do; watch again what takes longer.
        """

    def subscribe(self, client: str) -> Subscription:
        """Listen to the news for a client. Subscribe before you watch."""

    def is_heard(self, client: str) -> bool:
        """True while somebody is subscribed as this client; a process that dies is not."""

    # -- running operations

    def step(
        self,
        slot: str,
        sequence: int,
        queue: QueueName,
        *,
        lease_ms: int,
        fence: Fence,
        completion: Completion | None = None,
        claim: bool = True,
    ) -> StepAnswer:
        """Publish a result and take the next operation, in one round trip.

        A slot holds at most one lease. The same sequence number and fence give the same answer,
        without doing anything again; a lower number is ignored. A claim on a slot that still
        holds a lease (and completes nothing) puts that operation back first; if it was lost too
        often already, the next sweep reports it as exhausted.

        Publishing: accepted if the operation is running under the completion's fence and all
        small bytes that the results name are sent along or stored. Then the outputs become
        visible together, the trace is recorded unless volatile, and the waiters are woken:
        at most some hundred now, the rest by later steps and sweeps. A strict consumer of a
        failed output ends at once with that same error.

        Claiming: the operation of highest priority; among equals that of the oldest
        generation; among those what was unlocked last; then in the order of the request.
        Attempts are counted here. Delayed operations of the queue that are due come too.

        Args:
            slot: name of the claiming process, and of no other at the same time: of two, the
                one whose numbers are lower would not be heard.
            sequence: number of the message, growing by one.
            queue: from which to claim.
            lease_ms: how long the lease holds without renewal, milliseconds.
            fence: for the claim.
            completion: what to publish.
            claim: False only publishes.
        """

    def release(
        self,
        slot: str,
        operation: Digest,
        fence: Fence,
        *,
        delay_ms: int = 0,
        setback: Setback,
    ) -> Verdict:
        """Put a running operation back: ready now, or after a delay.

        It is charged with the setback; nothing is refused for having had too many.
        """

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
        """Let the one output of a dynamic operation be that of another operation.

        ``IDLE`` if the target is idle or undefined; the operation then keeps its lease. If the
        target is finished, so is the operation. No trace is recorded; a volatile target makes
        the operation volatile.
        """

    def park(
        self,
        slot: str,
        operation: Digest,
        fence: Fence,
        *,
        setback: Setback = Setback.NOTHING,
    ) -> Verdict:
        """Let a running operation wait again for its inputs; the attempt is given back.

        It is charged with an input that was lost, or with nothing.

        ``IDLE`` if an input is idle or undefined; the operation then keeps its lease.
        If no input is missing the operation is ready again.
        """

    def renew(self, slot: str, fence: Fence, *, lease_ms: int) -> bool:
        """Prolong the lease of a slot; False if the slot does not hold this fence any more."""

    def invalidate(self, operation: Digest, index: int, content: Digest) -> bool:
        """Forget a finished result whose bytes are missing or bad, and its trace.

        Compare and set: only if that output still has this content. The operation is idle then.
        """

    # -- upkeep

    def sweep(
        self, sweeper: str, *, fences: Sequence[Fence], lease_ms: int, limit: int = 100
    ) -> SweepAnswer:
        """Do what is due: expired leases, delays, cascades; at most ``limit`` acts.

        An operation whose lease expired is put back and charged with a loss, unless that is
        the last that the request's ``lost_limit`` allows: then the sweeper gets a lease on it
        (slot ``sweeper:<n>``, one of ``fences``) and publishes the error itself.
        If no sweep came for longer than half a lease, expired leases are prolonged once by
        ``lease_ms`` instead: the server was away, not the workers.
        """

    def leases(self) -> list[Lease]:
        """All leases that are held now."""

    def waiting_on(self, operation: Digest) -> tuple[Digest, ...]:
        """What a waiting operation's missing producers are, or a delegated one's target."""

    def pending(self, limit: int) -> list[Digest]:
        """Some operations that are waiting or delegated: where an audit starts."""

    def is_stuck(self) -> bool:
        """True if something is pending and nothing is ready, running, delayed or cascading."""

    def fail_waiting(self, operation: Digest, error: Digest) -> bool:
        """End a waiting or delegated operation with a volatile error (an audit found a cycle).

        The error is a small content, stored beforehand with :meth:`define`.
        """

    def recount(self, operations: Sequence[Digest]) -> int:
        """Set right what waiting and delegated operations wait for (an audit found no cycle).

        Returns:
            The number of operations for which something was wrong: 0, unless the store lost
            or kept what it should not have.
        """

    # -- looking

    def states(self, operations: Sequence[Digest]) -> list[OperationState]:
        """States, in the order asked; undefined operations are idle.

        A result that is not signed with a key of ours is forgotten.
        """

    def undefined(self, operations: Sequence[Digest]) -> list[Digest]:
        """Those of the operations that are not in the store, or not signed with our keys."""

    def operation(self, digest: Digest) -> OperationRow | None:
        """Definition of an operation."""

    def operations(self, digests: Sequence[Digest]) -> list[OperationRow | None]:
        """Definitions of several operations."""

    def task(self, digest: Digest, python: str) -> TaskRow | None:
        """A task, as loadable under the given minor version of Python if there is a choice."""

    def artefact(self, digest: Digest) -> ArtefactRow | None:
        """Where an artefact comes from."""

    def consumers(self, operations: Sequence[Digest]) -> tuple[Digest, ...]:
        """Who depends on the results of one of the operations, each once, sorted.

        Operations that have one of their outputs as an input, and dynamic ones that delegated
        to one of them.
        """

    def contents(self, digests: Sequence[Digest]) -> list[bytes | None]:
        """Small bytes, in the order asked."""

    def missing_contents(self, digests: Sequence[Digest]) -> list[Digest]:
        """Those of the small bytes that are not there."""

    def record(self, operation: Digest) -> bytes | None:
        """Record of the last execution, JSON."""

    def records(self, operations: Sequence[Digest]) -> list[bytes | None]:
        """Records of the last executions, in the order asked."""

    def log(self, operation: Digest) -> bytes | None:
        """Tail of what the step printed in its last execution."""

    def show_tail(self, operation: Digest, tail: bytes) -> None:
        """Keep for a minute what a running step has printed, and wake who follows it."""

    def tail(self, operation: Digest) -> bytes | None:
        """What a running step has printed; None unless somebody follows it."""

    def find(self, prefix: str, limit: int) -> list[Found]:
        """Artefacts and operations whose hexadecimal address begins with the prefix, sorted."""

    def all_operations(self) -> list[Digest]:
        """Addresses of all operations, sorted."""

    def some_operations(self, place: int, limit: int) -> tuple[list[OperationRow], int]:
        """Some definitions after a place, in no order that says anything.

        A walk from 0 until it is at 0 again finds all that is there from its begin to its end;
        what comes meanwhile it may find, and anything it may find twice.

        Args:
            place: 0 to begin, then what the last call returned.
            limit: so many about.

        Returns:
            Definitions, and the place after them: 0 at the end.
        """

    def counts(self) -> dict[str, TaskCounts]:
        """Counters by task name."""

    def latest_failures(self, limit: int) -> list[Failed]:
        """Operations that were run and failed, newest first; some hundreds are remembered."""

    def queues(self) -> dict[QueueName, int]:
        """Queues with the number of operations that are ready."""

    def set_aside(self) -> list[SetAside]:
        """What was damaged, and was set aside: at most some thousand, oldest not first."""

    # -- damage

    def damages(self, large_faults: LargeFaults, tell: Tell) -> Iterator[Damage]:
        """Look through everything for what is damaged, in flat memory; nothing is changed.

        What is mended as soon as it is given is not found again by the rest of the walk.

        Args:
            large_faults: says which large values are damaged or gone.
            tell: is told how far it is.
        """

    def mend(self, damage: Damage) -> bool:
        """Set aside or forget what is damaged, if it is still what was seen: compare and set.

        Results are idle then, so that they are computed again; what only a program has, it
        writes again when it executes.

        Returns:
            Whether something was done.
        """

    def tidy(self, *, everything: bool = False) -> int:
        """Forget what was set aside and is there again, or all; return how much that was."""

    # -- life

    def check(self) -> None:
        """See that the server can be used.

        Raises:
            NoServerError: if nobody answers.
            ServerError: if it refuses the password, is too old, or may evict keys.
        """

    def clear(self) -> None:
        """Remove everything in this namespace."""

    def close(self) -> None:
        """Close the connections."""


class DataStore(Protocol):
    """Bytes of large values under their content digest (SHA-256)."""

    def write(self, chunks: Iterable[bytes]) -> tuple[Digest, int]:
        """Store a stream; whole or not at all.

        Returns:
            Content digest and number of bytes.

        Raises:
            ServerError: if it is full or cannot be written.
        """

    def open(self, digest: Digest) -> BinaryIO:
        """Read a value as a stream, verified: the last read raises if the digest is wrong.

        Raises:
            DataMissingError: if there is no such value, or a part of it is gone.
            DataCorruptedError: by reads, if the bytes do not match the digest.
        """

    def load(self, digest: Digest) -> memoryview:
        """Read a value whole, verified, into memory that is the caller's own.

        It can be written to, and nobody else sees that. A store of files maps a large file:
        then only what is used of it, and what is written to, needs memory.

        Raises:
            DataMissingError: if there is no such value, or a part of it is gone.
            DataCorruptedError: if the bytes do not match the digest.
        """

    def place(self, digest: Digest, path: Path, *, may_link: bool) -> bool:
        """Make a value a new file without copying its bytes, and verify them there.

        Args:
            digest: of the value.
            path: of a file that does not exist yet.
            may_link: True if the file may be the store's own, which nobody may change; it is
                read-only then, and has several links.

        Returns:
            False if that cannot be done here; then there is no file.

        Raises:
            DataMissingError: if there is no such value.
            DataCorruptedError: if the bytes do not match the digest; then there is no file.
        """

    def missing(self, digests: Collection[Digest]) -> set[Digest]:
        """Those of the values that are not there, without reading them."""

    def size_bytes(self, digest: Digest) -> int | None:
        """Number of bytes; None if it is not there."""

    def delete(self, digest: Digest) -> None:
        """Remove a value; nothing happens if it is not there."""

    def discard_bad(self, digest: Digest) -> bool:
        """Remove what is under the address of a value if it is damaged; return whether it was.

        A good value is never removed, also if somebody stores it at this very moment.
        """

    def digests(self) -> Iterator[Digest]:
        """All values that are there, good or bad, in no order."""

    def close(self) -> None:
        """Close what is open."""
