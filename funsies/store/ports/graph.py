"""The graph and its state, as the rest of funsies sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from funsies.core.digest import Digest
from funsies.store.rows import (
    Definitions,
    Generation,
    OperationState,
    RequestAnswer,
    Wanted,
)

from .execution import Execution
from .named import NamedRecords
from .news import News
from .reader import GraphReader
from .repair import Repair


class GraphStore(GraphReader, Execution, Protocol):
    """The graph, its state, and small values. Each method is one atomic act."""

    @property
    def named(self) -> NamedRecords:
        """Records that are kept beside the graph."""

    @property
    def news(self) -> News:
        """What is told to clients at once."""

    @property
    def repair(self) -> Repair:
        """What finds and mends damage."""

    # -- writing the graph

    def define(self, definitions: Definitions) -> None:
        """Write graph nodes; what is there already is written again.

        The newest definition counts: it is of the same task or operation, and may be loadable,
        or signed with a key that is known, where an older one is not.
        """

    # -- asking for results

    def new_generation(self) -> Generation:
        """Number a request: max(server time in ms, last generation + 1)."""

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
