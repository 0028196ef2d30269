"""The two stores that a program works with, opened together."""

from __future__ import annotations

import threading
from typing import Any, Final, Protocol
from weakref import WeakKeyDictionary

import msgspec

from funsies.core.keyring import NO_KEYS, Keyring

from .agreed import AgreedDataStore
from .data import open_data_store
from .ports import DataStore, GraphStore

INLINE_BYTES: Final = 32 * 1024
"""Values up to this size are kept beside the graph, larger ones in the data store."""


class Address(Protocol):
    """Where a server is; :class:`funsies.config.ResolvedServer` says it."""

    @property
    def jobs_url(self) -> str:
        """Of the graph and the queues: ``redis://``, ``rediss://``, ``unix://``, ``memory://``."""

    @property
    def data_url(self) -> str | None:
        """Of large values, if it was said: the same, or ``file:///directory``."""

    @property
    def keys(self) -> Keyring:
        """Keys with which is signed what decides what workers run."""


class Backend(msgspec.Struct, frozen=True):
    """Where a program keeps its graph and its values.

    Attributes:
        graph: the graph, its state, and small values.
        data: large values.
        keys: with which is signed what decides what workers run; none if it is not.
        is_in_process: True if no other process can see it, so that no worker can help.
    """

    graph: GraphStore
    data: DataStore
    keys: Keyring = NO_KEYS
    is_in_process: bool = False

    def check(self, *, reaches_data: bool = False) -> None:
        """See that the server can be used, and agree with it on where large values are.

        Args:
            reaches_data: True to see that they can be reached from here, too; else that is
                seen when the first one is needed.

        Raises:
            NoServerError: if nobody answers.
            ServerError: if it cannot be used.
            DataStoreError: if it keeps large values elsewhere than this program was told, or
                where they cannot be reached.
        """
        self.graph.check()
        if isinstance(self.data, AgreedDataStore):
            if reaches_data:
                self.data.reach()
            else:
                self.data.settle()

    def close(self) -> None:
        """Close the connections."""
        self.data.close()
        self.graph.close()


class _Url(msgspec.Struct, frozen=True):
    """A server of which no more is said than this."""

    jobs_url: str
    data_url: str | None = None
    keys: Keyring = NO_KEYS


def open_backend(
    server: Address | str,
    *,
    memory: object = None,
    max_outage_seconds: float | None = None,
    answer_seconds: float | None = None,
) -> Backend:
    """Open the stores; nothing is sent yet.

    Args:
        server: where it is; or its URL, if nothing is signed, and large values are where the
            server says.
        memory: of a ``memory://`` server, what stands for it: stores that were opened for the
            same object are the same; None for new, empty ones.
        max_outage_seconds: how long a call waits for a server that does not answer.
        answer_seconds: how long it waits for one answer before it asks again.

    Raises:
        FunsiesError: if a URL is none of these.
    """
    given = _Url(server) if isinstance(server, str) else server
    if given.jobs_url.startswith("memory:"):
        return _in_memory(given, memory)
    from .redis import RedisStore  # noqa: PLC0415 - only who needs it loads it

    outage = _said(max_outage_seconds=max_outage_seconds)
    graph = RedisStore(
        given.jobs_url, keys=given.keys, **outage, **_said(answer_seconds=answer_seconds)
    )
    data = AgreedDataStore(graph.named, given.jobs_url, given.data_url, **outage)
    return Backend(graph, data, given.keys)


def _said(**options: float | None) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


_in_process: Final[WeakKeyDictionary[object, tuple[GraphStore, DataStore]]] = (
    WeakKeyDictionary()
)
"""The stores of ``memory://`` servers, by what stands for them."""

_lock: Final = threading.Lock()


def _in_memory(server: Address, memory: object) -> Backend:
    from .memory import MemoryStore  # noqa: PLC0415 - only who needs it loads it

    with _lock:  # of two threads that open one server at once, each would make its own
        stores = None if memory is None else _in_process.get(memory)
        if stores is None:
            stores = MemoryStore(), open_data_store(server.jobs_url)
            if memory is not None:
                _in_process[memory] = stores
    graph, data = stores
    if server.data_url not in {None, server.jobs_url}:
        data = open_data_store(server.data_url)
    return Backend(graph, data, server.keys, True)
