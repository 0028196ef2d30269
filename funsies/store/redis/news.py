"""What is told to who listens, by publish and subscribe."""

from __future__ import annotations

import threading
import time
from typing import Final, cast

import redis.exceptions

from funsies.core.digest import Digest
from funsies.core.errors import NoServerError, ServerError
from funsies.store.ports import Subscription
from funsies.store.rows import log_client
from funsies.store.server_connection import Connection

from . import answers
from .calling import Caller
from .connection import Connections

SLICE_SECONDS: Final = 0.5
"""Longest wait between two looks at whether somebody woke us, should the server be away."""

TAIL_MS: Final = 60_000
"""How long it is kept what a running step has printed."""


class RedisSubscription:
    """A :class:`~funsies.store.ports.Subscription` by publish and subscribe.

    A lost connection is restored by ``wait``, which then returns nothing, because news may
    have been missed: the client looks again.

    Args:
        connections: to the server.
        channel: on which scripts publish the operations that are finished.
    """

    def __init__(self, connections: Connections, channel: bytes) -> None:
        self._connections = connections
        self._channel = channel
        self._is_woken = threading.Event()
        self._is_closed = False
        self._connection: Connection | None = None
        self._open()

    def _open(self) -> None:
        self._connection = self._connections.listen(self._channel)
        if self._is_closed:  # by another thread meanwhile
            self._drop()

    def wait(self, timeout_seconds: float | None) -> frozenset[Digest]:
        """Block until there is news; nothing after the timeout, a wake or a close."""
        end = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        while not (self._is_woken.is_set() or self._is_closed):
            remaining = SLICE_SECONDS if end is None else end - time.monotonic()
            try:
                news = self._read(max(0.0, min(remaining, SLICE_SECONDS)))
            except (redis.exceptions.RedisError, OSError, ValueError) as problem:
                if isinstance(problem, NoServerError):
                    raise
                if not self._is_closed:
                    self._restore()
                return frozenset()
            if news or remaining <= 0:
                return frozenset(each for each in news if each)
        self._is_woken.clear()
        return frozenset()

    def _read(self, timeout_seconds: float) -> list[Digest]:
        if self._connection is None:
            self._open()
        news: list[Digest] = []
        connection = self._connection
        if connection is None:
            return news
        while connection.can_read(timeout=0 if news else timeout_seconds):
            message = cast("list[bytes]", connection.read_response())
            if message[0] == b"message":
                news.append(Digest(message[2]))
        if self._is_closed:  # meanwhile: who has looked at it has connected it again
            connection.disconnect()
        return news

    def _restore(self) -> None:
        """Listen anew, whatever ended the connection: what the server refuses, it says then."""
        self._drop()
        self._open()

    def wake(self) -> None:
        """Make a ``wait`` in another thread return."""
        self._is_woken.set()
        try:
            self._connections.call("PUBLISH", self._channel, b"", max_outage_seconds=0)
        except (NoServerError, ServerError):
            return  # then the wait sees it within a slice

    def close(self) -> None:
        """End the subscription."""
        self._is_closed = True
        self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.disconnect()
            self._connection = None


class RedisNews(Caller):
    """See :class:`~funsies.store.ports.News`."""

    def subscribe(self, client: str) -> Subscription:
        """See :meth:`News.subscribe`."""
        return RedisSubscription(self._connections, self._keys.news(client))

    def is_heard(self, client: str) -> bool:
        """See :meth:`News.is_heard`."""
        answer = self._connections.call("PUBSUB", "NUMSUB", self._keys.news(client))
        return int(answers.flat(answer)[1]) > 0

    def show_tail(self, operation: Digest, tail: bytes) -> None:
        """See :meth:`News.show_tail`."""
        self._call("SET", self._keys.tail(operation), tail, "PX", TAIL_MS)
        self._connections.call("PUBLISH", self._keys.news(log_client(operation)), b"")

    def tail(self, operation: Digest) -> bytes | None:
        """See :meth:`News.tail`."""
        return cast("bytes | None", self._call("GET", self._keys.tail(operation)))
