"""A server for who only wants to know what would be done: nothing is changed.

What is written is kept in this process, and found again by who reads; everything else is read
from the server.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeVar, cast

from funsies.core.digest import Digest, content_digest
from funsies.core.label import KIND as LABEL

from .connect import Backend
from .data import open_data_store
from .memory import MemoryStore
from .rows import (
    ArtefactRow,
    Definitions,
    Generation,
    OperationRow,
    OperationState,
    RequestAnswer,
    Status,
    TaskRow,
    Wanted,
)

if TYPE_CHECKING:
    from .ports import DataStore, GraphStore, NamedRecords, News, Subscription

K = TypeVar("K", Digest, str)
T = TypeVar("T")

MOST_KEPT_BYTES: Final = 100_000
"""Larger values that would be written to the data store are not kept."""

_RESETS: Final = "reset"
_IDLE: Final = OperationState(Status.IDLE)

_READS: Final = frozenset(
    {
        *("all_operations", "artefact", "check", "consumers", "counts", "find"),
        *("is_stuck", "last_generation", "leases", "log", "pending", "queues", "records"),
        *("ready", "some_operations", "waiting_on"),
        *("latest_failures", "running"),
    }
)


class DryRunGraph:
    """The graph of a server, with what a program would write beside it.

    Args:
        graph: of the server.
    """

    def __init__(self, graph: GraphStore) -> None:
        self._graph = graph
        self._written = MemoryStore()
        self._reset: set[Digest] = set()
        self.news: Final = DryRunNews(graph.news, self._written.news)
        self.named: Final = DryRunRecords(graph.named, self._written.named)

    def __getattr__(self, name: str) -> Any:
        """Read what is on the server; nothing else is passed on."""
        if name not in _READS:
            raise AttributeError(f"a rehearsal has no {name}: it changes nothing")
        return getattr(self._graph, name)

    # -- written here

    def define(self, definitions: Definitions) -> None:
        """See :meth:`GraphStore.define`."""
        self._written.define(definitions)

    # -- not done

    def new_generation(self) -> Generation:
        """See :meth:`GraphStore.new_generation`."""
        return self._written.new_generation()

    def request(self, generation: Generation, wanted: Sequence[Wanted]) -> RequestAnswer:
        """See :meth:`GraphStore.request`."""
        del generation, wanted
        return RequestAnswer((), 0, ())

    def cancel(
        self, generation: Generation, operations: Sequence[Digest], error: Digest
    ) -> int:
        """See :meth:`GraphStore.cancel`."""
        del generation, operations, error
        return 0

    def reset(self, operations: Sequence[Digest]) -> int:
        """See :meth:`GraphStore.reset`."""
        states = zip(operations, self.states(operations), strict=True)
        fresh = [each for each, state in states if state.status.is_finished]
        self._reset.update(fresh)
        return len(fresh)

    def invalidate(self, operation: Digest, index: int, content: Digest) -> bool:
        """See :meth:`GraphStore.invalidate`."""
        del operation, index, content
        return False

    def watch(self, client: str, operations: Sequence[Digest]) -> list[OperationState]:
        """See :meth:`GraphStore.watch`."""
        del client
        return self.states(operations)

    def clear(self) -> None:
        """See :meth:`GraphStore.clear`."""

    def close(self) -> None:
        """Leave the connection open for what is told afterwards."""

    # -- read in both

    def states(self, operations: Sequence[Digest]) -> list[OperationState]:
        """See :meth:`GraphStore.states`."""
        pairs = zip(operations, self._graph.states(operations), strict=True)
        return [_IDLE if each in self._reset else state for each, state in pairs]

    def operations(self, digests: Sequence[Digest]) -> list[OperationRow | None]:
        """See :meth:`GraphStore.operations`."""
        return _filled(digests, self._graph.operations, self._written.operations)

    def contents(self, digests: Sequence[Digest]) -> list[bytes | None]:
        """See :meth:`GraphStore.contents`."""
        return _filled(digests, self._graph.contents, self._written.contents)

    def missing_contents(self, digests: Sequence[Digest]) -> list[Digest]:
        """See :meth:`GraphStore.missing_contents`."""
        return self._written.missing_contents(self._graph.missing_contents(digests))

    def undefined(self, operations: Sequence[Digest]) -> list[Digest]:
        """See :meth:`GraphStore.undefined`."""
        return self._written.undefined(self._graph.undefined(operations))

    def artefact(self, digest: Digest) -> ArtefactRow | None:
        """See :meth:`GraphStore.artefact`."""
        return self._graph.artefact(digest) or self._written.artefact(digest)

    def task(self, digest: Digest, python: str) -> TaskRow | None:
        """See :meth:`GraphStore.task`."""
        return self._written.task(digest, python) or self._graph.task(digest, python)

    def options(self, digest: Digest) -> bytes | None:
        """See :meth:`GraphStore.options`."""
        return self._graph.options(digest) or self._written.options(digest)


def _filled(
    asked: Sequence[K],
    first: Callable[[Sequence[K]], list[T | None]],
    second: Callable[[Sequence[K]], list[T | None]],
) -> list[T | None]:
    """What the first source has, and what the second one has of the rest."""
    found = dict(zip(asked, first(asked), strict=True))
    missing = [each for each, one in found.items() if one is None]
    found |= zip(missing, second(missing), strict=True)
    return [found[each] for each in asked]


class DryRunNews:
    """Who listens to a server; a program that changes nothing there has no news from it.

    Args:
        news: of the server.
        written: of what a program writes.
    """

    def __init__(self, news: News, written: News) -> None:
        self.is_heard: Final[Callable[[str], bool]] = news.is_heard
        self.subscribe: Final[Callable[[str], Subscription]] = written.subscribe


class DryRunRecords:
    """Records under names of a server; of new ones those are kept that a program reads again.

    Args:
        named: of the server.
        written: for what a program writes.
    """

    def __init__(self, named: NamedRecords, written: NamedRecords) -> None:
        self._named = named
        self._written = written

    def get(self, kind: str, name: str) -> bytes | None:
        """See :meth:`NamedRecords.get`."""
        return self.get_many(kind, [name])[0]

    def get_many(self, kind: str, names: Sequence[str]) -> list[bytes | None]:
        """See :meth:`NamedRecords.get_many`."""
        return _filled(
            names,
            lambda some: self._written.get_many(kind, some),
            lambda some: self._named.get_many(kind, some),
        )

    def get_all(self, kind: str) -> dict[str, bytes]:
        """See :meth:`NamedRecords.get_all`."""
        return self._named.get_all(kind) | self._written.get_all(kind)

    def names(self, kind: str) -> list[str]:
        """See :meth:`NamedRecords.names`."""
        return list({*self._named.names(kind), *self._written.names(kind)})

    def save(self, kind: str, records: Mapping[str, bytes]) -> None:
        """See :meth:`NamedRecords.save`."""
        if kind in {LABEL, _RESETS}:
            self._written.save(kind, records)

    def setdefault(self, kind: str, name: str, data: bytes) -> bytes:
        """See :meth:`NamedRecords.setdefault`."""
        found = self.get(kind, name)
        return data if found is None else found

    def delete(self, kind: str, names: Sequence[str] | None = None) -> None:
        """See :meth:`NamedRecords.delete`."""
        del kind, names


class DryRunData:
    """The large values of a server, with small ones that a program would write beside them.

    Args:
        data: of the server.
    """

    def __init__(self, data: DataStore) -> None:
        self._data = data
        self._written = open_data_store("memory://")

    def write(self, chunks: Iterable[bytes]) -> tuple[Digest, int]:
        """See :meth:`DataStore.write`."""
        whole = b"".join(chunks)
        if len(whole) <= MOST_KEPT_BYTES:
            return self._written.write([whole])
        return content_digest(whole), len(whole)

    def missing(self, digests: Collection[Digest]) -> set[Digest]:
        """See :meth:`DataStore.missing`."""
        return self._written.missing(self._data.missing(digests))

    def size_bytes(self, digest: Digest) -> int | None:
        """See :meth:`DataStore.size_bytes`."""
        return self._written.size_bytes(digest) or self._data.size_bytes(digest)

    def open(self, digest: Digest) -> BinaryIO:
        """See :meth:`DataStore.open`."""
        return self._of(digest).open(digest)

    def load(self, digest: Digest) -> memoryview:
        """See :meth:`DataStore.load`."""
        return self._of(digest).load(digest)

    def place(self, digest: Digest, path: Any, *, may_link: bool) -> bool:
        """See :meth:`DataStore.place`."""
        return self._of(digest).place(digest, path, may_link=may_link)

    def delete(self, digest: Digest) -> None:
        """See :meth:`DataStore.delete`."""

    def discard_bad(self, digest: Digest) -> bool:
        """See :meth:`DataStore.discard_bad`."""
        del digest
        return False

    def close(self) -> None:
        """Leave it open for what is told afterwards."""

    def _of(self, digest: Digest) -> DataStore:
        return self._data if self._written.missing([digest]) else self._written


def dry_run_backend(backend: Backend) -> Backend:
    """The stores of a server for who must not change them."""
    graph = cast("GraphStore", DryRunGraph(backend.graph))
    return Backend(graph, cast("DataStore", DryRunData(backend.data)), backend.keys)
