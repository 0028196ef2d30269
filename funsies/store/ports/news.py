"""What is told to who listens: which operations have ended, and what those print that run."""

from __future__ import annotations

from typing import Protocol

from funsies.core.digest import Digest


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


class News(Protocol):
    """Who listens, and what is told at once; :meth:`GraphStore.watch` says of what."""

    def subscribe(self, client: str) -> Subscription:
        """Listen to the news for a client. Subscribe before you watch."""

    def is_heard(self, client: str) -> bool:
        """True while somebody is subscribed as this client; a process that dies is not."""

    def show_tail(self, operation: Digest, tail: bytes) -> None:
        """Keep for a minute what a running step has printed, and wake who follows it."""

    def tail(self, operation: Digest) -> bytes | None:
        """What a running step has printed; None unless somebody follows it."""
