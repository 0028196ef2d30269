"""News about operations."""

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
