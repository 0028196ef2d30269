"""What ``funsies run`` sees of a script while it runs: what it builds, and what it executes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from funsies.client.progress import Report, watcher
from funsies.client.targets import Targets
from funsies.client.volatile import Mender
from funsies.core.digest import Digest
from funsies.core.graph import Operation
from funsies.report.live.deferred import DeferredDisplay
from funsies.session import Session, session_opened
from funsies.store.rows import Generation


class ObservedSessions:
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


class ScriptObserver(ObservedSessions):
    """Takes note of what a script builds and executes on one server.

    Args:
        run: the session of the run itself, whose record what the script does belongs to; what
            it does with other servers is its own affair.
        display: shows how far it is while the script waits.
        on_request: called each time that something has to be computed.
        on_look: called now and then while something is waited for.
        retries_before: has the script's sessions run again what failed before this request.
        mender: has them ask again for results that are volatile.
    """

    def __init__(
        self,
        run: Session,
        display: DeferredDisplay,
        *,
        on_request: Callable[[], None],
        on_look: Callable[[], None],
        retries_before: Generation | None = None,
        mender: Mender | None = None,
    ) -> None:
        super().__init__()
        self._run = run
        self._display = display
        self._on_request = on_request
        self._on_look = on_look
        self._retries_before = retries_before
        self._mender = mender

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch what is done in a block, and show progress while it waits."""
        opened = session_opened.set(self._note)
        watched = watcher.set(self._shown)
        try:
            yield
        finally:
            watcher.reset(watched)
            session_opened.reset(opened)

    def _shown(self, session: Session) -> AbstractContextManager[Report]:
        if session.server.jobs_url == self._run.server.jobs_url:
            return self._display.shown()
        return DeferredDisplay(session.backend, lambda: session.recorder.generations).shown()

    @property
    def has_seen_a_session(self) -> bool:
        """True if the script used the server at all."""
        return bool(self._sessions)

    def targets(self, digests: list[Digest]) -> Targets:
        """What is to be asked for, as far as the script has built it, by the script's word."""
        built = self.built
        return Targets(
            {digest: built[digest] for digest in digests if digest in built},
            dict.fromkeys(digest for digest in digests if digest not in built),
        )

    @property
    def queues(self) -> set[str]:
        """The queues on which the script wants its steps to run."""
        built = self.built
        queues = {each.options.queue for each in built.values() if each.options.distributed}
        for session in self._sessions:
            if not session.requested.keys() <= built.keys():
                queues |= session.stored_queues
        return queues

    def _note(self, session: Session) -> None:
        if session.server.jobs_url == self._run.server.jobs_url:
            session.recorder = self._run.recorder
            session.on_request, session.on_look = self._on_request, self._on_look
            session.keeps_asking = True
            session.retries_before = self._retries_before
            if self._mender is not None:
                session.to_mend = self._mender.to_ask
            self._sessions.append(session)
