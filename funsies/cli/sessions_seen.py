"""What a script has built and executed in its sessions with one server."""

from __future__ import annotations

from funsies.core.digest import Digest
from funsies.core.graph import Operation
from funsies.session import Session


class SessionsSeen:
    """The sessions of a script, as far as they were seen."""

    def __init__(self) -> None:
        self._sessions: list[Session] = []

    @property
    def built(self) -> dict[Digest, Operation]:
        """What the script built, in order."""
        return {each.digest: each for session in self._sessions for each in session.operations}

    @property
    def asked(self) -> dict[Digest, None]:
        """What the script executed."""
        return {digest: None for session in self._sessions for digest in session.asked}

    def final(self) -> list[Operation]:
        """What the script built and nothing that it built needs."""
        built = self.built
        used = {below.digest for each in built.values() for below in each.producers()}
        return [each for digest, each in built.items() if digest not in used]
