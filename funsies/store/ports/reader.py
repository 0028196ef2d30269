"""The reading side of the port: for who only looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from funsies.core.digest import Digest
from funsies.store.rows import (
    ArtefactRow,
    Failed,
    Found,
    Generation,
    Lease,
    OperationRow,
    OperationState,
    QueueName,
    TaskCounts,
    TaskRow,
)


class GraphReader(Protocol):
    """What is known of the graph and its state. Nothing is changed."""

    def states(self, operations: Sequence[Digest]) -> list[OperationState]:
        """States, in the order asked; undefined operations are idle.

        A result that is not signed with a key of ours is forgotten.
        """

    def undefined(self, operations: Sequence[Digest]) -> list[Digest]:
        """Those of the operations that are not in the store, or not signed with our keys."""

    def operations(self, digests: Sequence[Digest]) -> list[OperationRow | None]:
        """Definitions of operations, in the order asked; None where there is none."""

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

    def records(self, operations: Sequence[Digest]) -> list[bytes | None]:
        """Records of the last executions, in the order asked."""

    def log(self, operation: Digest) -> bytes | None:
        """Tail of what the step printed in its last execution."""

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

    def ready(self, queue: QueueName) -> int:
        """Number of operations that are ready on a queue, in one round trip."""

    def options(self, digest: Digest) -> bytes | None:
        """Encoded options; None if unknown, or not signed with a key of ours."""

    def last_generation(self) -> Generation:
        """The number of the newest request; 0 if there was none."""

    def leases(self) -> list[Lease]:
        """All leases: a row for each operation, those of a slot in the order of its claims."""

    def waiting_on(self, operation: Digest) -> tuple[Digest, ...]:
        """What a waiting operation's missing producers are, or a delegated one's target."""

    def pending(self, limit: int) -> list[Digest]:
        """Some operations that are waiting or delegated: where an audit starts."""

    def is_stuck(self) -> bool:
        """True if something is pending and nothing is ready, running, delayed or cascading."""
