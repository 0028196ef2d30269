"""One run of a script: it is watched, what it asks for is waited for, and the end is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial

import msgspec

from funsies.client.execution import execute
from funsies.client.progress import reported
from funsies.client.requests import ask_again
from funsies.client.volatile import Mender
from funsies.client.waiting import Waiting
from funsies.core.digest import Digest
from funsies.core.errors import FunsiesError, NoServerError, NoWorkersError
from funsies.core.graph import Operation
from funsies.history.closing import Ending
from funsies.report.live.deferred import DeferredDisplay
from funsies.session import Session
from funsies.store.rows import Status
from funsies.store.server_address import shown

from .exits import Exit
from .notes import note
from .outcome import conclude
from .run_server import RunServer
from .script import Program
from .script_observer import ScriptObserver
from .streams import OutputError
from .worker_autostart import WorkerAutostart


class Retries(msgspec.Struct, frozen=True):
    """What is run again.

    Attributes:
        mender: decides whether to ask again for results that are volatile.
        failed: True runs again what failed in earlier runs, as far as it is needed.
    """

    mender: Mender
    failed: bool


class ScriptRun:
    """One run of a script.

    Args:
        session: connection of the run itself.
        typed: script and arguments, as they are typed.
        run_server: where it takes place.
        autostart: starts workers.
        retries: what is run again.
    """

    def __init__(
        self,
        session: Session,
        typed: str,
        run_server: RunServer,
        autostart: WorkerAutostart,
        retries: Retries,
    ) -> None:
        self._session = session
        self._typed = typed
        self._run_server = run_server
        self._autostart = autostart
        self._graph = session.backend.graph
        retries_before = self._graph.new_generation() if retries.failed else None
        self._display = DeferredDisplay(session.backend, lambda: session.recorder.generations)
        self._observer = ScriptObserver(
            session,
            self._display,
            on_request=self._start_workers,
            on_look=self._look,
            retries_before=retries_before,
            mender=retries.mender,
        )
        session.on_request, session.on_look = self._start_workers, self._look
        session.keeps_asking, session.retries_before = True, retries_before
        session.to_mend = retries.mender.to_ask
        self._before = self._graph.counts()
        self._end: FunsiesError | None = None

    def run(self, name: str, program: Program) -> int:
        """Run the script, wait for what it executed, and report; return the exit code.

        However it ends, there is a report of what has failed until then.
        """
        final: list[Operation] = []
        try:
            with self._observer.watching():
                code = program(self._is_end)
            if code == Exit.OK and not self._observer.has_seen_a_session:
                note(
                    f"funsies: {name} did not use this server: it has no `with Fun():`, or "
                    "has another server"
                )
            elif code == Exit.OK:
                final = self._see_to_the_rest()
        except (KeyboardInterrupt, FunsiesError, OutputError) as problem:
            self._conclude_early(problem, final)
            raise
        if code != Exit.OK:
            self._stop_workers()
        ending = self._session.recorder.end(is_failed=code != Exit.OK)
        failed = self._conclude(ending, final)
        return code or failed

    def _conclude_early(self, problem: BaseException, final: list[Operation]) -> None:
        """Say what the run came to, if there is a server to say it."""
        try:
            self._graph.check()
        except FunsiesError:
            self._session.recorder.forget()  # it was waited for long enough
            return
        self._stop_workers()
        with suppress(FunsiesError):
            self._conclude(self._session.recorder.end(problem), final)

    def _stop_workers(self) -> None:
        """Let the workers go first: until then they do what the table is to count."""
        with suppress(KeyboardInterrupt):  # who is in a hurry leaves them to their guard
            self._autostart.stop()

    def _conclude(self, ending: Ending | None, final: list[Operation]) -> Exit:
        if ending is None:  # it has asked for nothing
            return Exit.OK
        return conclude(self._session.backend, ending, self._typed, shows_results=bool(final))

    def _see_to_the_rest(self) -> list[Operation]:
        """Wait for what the script executed; if that is nothing, execute what is final."""
        if self._observer.asked:
            self._wait(self._wanted())
            return []
        final = self._observer.final()
        if not final:
            note("nothing to do: no step was built")
            return []
        execute(*final, connection=self._session)
        self._wait([each.digest for each in final])
        return final

    def _wanted(self) -> list[Digest]:
        """What the script executed, but for what it has reset since."""
        asked = list(self._observer.asked | self._session.asked)
        if self._run_server.was_rescued:  # what is not asked for now may have been lost
            return asked
        states = self._graph.states(asked)
        return [
            digest
            for digest, state in zip(asked, states, strict=True)
            if state.status is not Status.IDLE
        ]

    def _wait(self, targets: list[Digest]) -> None:
        again = partial(ask_again, self._session, self._observer.targets(targets))
        with reported(self._display.shown(), self._graph, self._before) as report:
            Waiting(self._session, targets, again).wait(None, report)

    def _start_workers(self) -> None:
        with self._noted_end():
            self._autostart.serve(lambda: self._observer.queues)

    def _look(self) -> None:
        with self._noted_end():
            self._run_server.look()
            self._autostart.look()

    @contextmanager
    def _noted_end(self) -> Iterator[None]:
        try:
            yield
        except (NoServerError, NoWorkersError) as problem:
            self._end = problem
            raise

    def _is_end(self, problem: FunsiesError) -> bool:
        """True if the run has no server or workers; other servers are the script's affair."""
        if not isinstance(problem, NoServerError) or problem.place is None:
            return problem is self._end
        return shown(problem.place) == shown(self._session.server.jobs_url)
