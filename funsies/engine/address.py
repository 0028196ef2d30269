"""Where the server is, as the engine needs to know it."""

from __future__ import annotations

from typing import Protocol

from funsies.core.signing import Keyring


class Address(Protocol):
    """Connection data; :class:`funsies.config.ResolvedServer` is one."""

    @property
    def jobs_url(self) -> str:
        """Address of the server with the graph and the queues."""

    @property
    def data_url(self) -> str | None:
        """Address of the store of large values; None for the same server."""

    @property
    def keys(self) -> Keyring:
        """Keys with which is signed what decides what workers run."""
