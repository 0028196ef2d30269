"""News within one process."""

from __future__ import annotations

import threading
from collections.abc import Callable

from funsies.core.digest import Digest


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
