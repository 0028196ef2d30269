"""Writes down the run of a program: when it asks for results, and how it ends."""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec.structs import replace

from funsies.builder.context import is_in_step
from funsies.core.digest import Digest
from funsies.core.errors import FunsiesError, NoServerError, StateLostError, UnwrapError
from funsies.core.graph import Operation
from funsies.store.connect import Backend
from funsies.store.rows import Generation
from funsies.store.rows.run_rows import RunRecord

from .closing import Asked, Closing, Ending
from .git import BRIEF_SECONDS, GitQuestion
from .run_records import add_request, write, write_new
from .runs import Outcome


class ProgramRecord(msgspec.Struct, frozen=True):
    """A program, as it is written down.

    Attributes:
        record: all that is known at once.
        directory: that its script is in.
        script: its file; None if it has none.
    """

    record: RunRecord
    directory: Path
    script: Path | None


class Recorder:
    """The run of one program, or nothing as long as it asks for nothing.

    Args:
        backend: where it is written.
        program: says what the program is.
        outlives_sessions: True if the run ends with the program, not with a session of it.
    """

    def __init__(
        self,
        backend: Backend,
        program: Callable[[], ProgramRecord],
        *,
        outlives_sessions: bool = False,
    ) -> None:
        self._backend = backend
        self._program = program
        self._outlives_sessions = outlives_sessions
        self._lock = threading.RLock()
        self._record: RunRecord | None = None
        self._number = 0
        self._asked = Asked()
        self._git: GitQuestion | None = None
        self._problem: BaseException | None = None

    @property
    def generations(self) -> tuple[Generation, ...]:
        """Numbers of the requests of this run so far."""
        with self._lock:
            return tuple(self._asked.generations)

    def note(self, generation: Generation, targets: Mapping[Digest, Operation | None]) -> None:
        """Write down a request, before it is made. What steps ask for is no run.

        Args:
            generation: its number.
            targets: what is asked for, with what the program has built of it.
        """
        if is_in_step():
            return
        with self._lock:
            if self._record is None:
                self._begin()
            add_request(self._backend, self._number, generation, list(targets))
            self._asked.generations.append(generation)
            self._asked.targets |= targets
            self.look()

    def note_requested(self, operations: Collection[Digest]) -> None:
        """Take note of what had to be requested, since it was not there."""
        with self._lock:
            if self._record is not None:
                self._asked.requested.update(operations)

    def look(self) -> None:
        """Write down what git says, if it has answered by now."""
        with self._lock:
            if self._hears_git() and self._record is not None:
                write(self._backend.graph.named, self._number, self._record)

    def stand_aside(self) -> None:
        """Have no child processes: steps that this process runs are to be alone with theirs."""
        with self._lock:
            if self._git is not None:
                self._git.wait(BRIEF_SECONDS)
                self.look()
            if self._git is not None:
                self._git.put_off()

    def leave(self, problem: BaseException | None) -> None:
        """Note how a session of the program ended: by itself, or by an exception."""
        if self._outlives_sessions:
            self._problem = problem
        elif isinstance(problem, NoServerError):
            self.forget()  # it was waited for long enough
        else:
            self.close(problem)

    def close(self, problem: BaseException | None = None) -> None:
        """Write down how the program ended, if it has asked for anything; once.

        If that is not possible, it is seen by whoever looks.

        Args:
            problem: the exception that ended it.
        """
        with suppress(FunsiesError):
            self.end(problem)

    def end(
        self, problem: BaseException | None = None, *, is_failed: bool = False
    ) -> Ending | None:
        """The same for whoever wants to know what is written down.

        Args:
            problem: the exception that ended the program.
            is_failed: True if it left with an exit code, perhaps after an exception that the
                last session has noted.

        Returns:
            How the run ended; None if there was none, or its steps are still to be finished.

        Raises:
            FunsiesError: if it cannot be found out, or written.
        """
        with self._lock:
            try:
                if not self._is_ours():
                    return None
                return self._end(self._problem if is_failed else problem, is_failed=is_failed)
            finally:
                self.forget()

    def _begin(self) -> None:
        program, asks_git = self._program(), not self._backend.is_in_process
        record = replace(program.record, is_git_known=not asks_git)
        self._number = write_new(self._backend.graph.named, record)
        self._record = record  # from now on there is something to be ended
        atexit.register(self.close)
        if asks_git:  # what is in memory is forgotten with the program
            self._git = GitQuestion(program.directory, program.script)

    def _hears_git(self) -> bool:
        """True if git has answered since this was asked last."""
        if self._git is None or self._record is None or not self._git.is_answered:
            return False
        self._record = replace(self._record, git=self._git.answer(), is_git_known=True)
        self._git = None
        return True

    def _is_ours(self) -> bool:
        """True if there is something to be ended, and not by the process that we stem from."""
        return self._record is not None and self._record.process.pid == os.getpid()

    def _end(self, problem: BaseException | None, *, is_failed: bool) -> Ending | None:
        if self._record is None:
            return None
        if self._git is not None:
            self._git.wait()
            self._hears_git()
        now, closing = time.time(), Closing(self._backend, self._asked)
        outcome, said = closing.outcome(), _said(problem, is_failed=is_failed)
        if isinstance(problem, UnwrapError) and outcome is Outcome.ERRORS:
            said = None  # the script has looked at an error
        ended = replace(self._record, ended=now, libraries=closing.libraries())
        found = None
        if said is not None or outcome is not Outcome.RUNNING:
            found = closing.ending(self._number, said or outcome, ended.began, now)
            ended = replace(ended, outcome=found.outcome, counts=found.counts)
        write(self._backend.graph.named, self._number, ended)
        return found

    def forget(self) -> None:
        """Write nothing more of this run; another one begins with the next request."""
        if self._record is not None:
            atexit.unregister(self.close)
        if self._git is not None:
            self._git.drop()
        self._record = self._git = self._problem = None
        self._asked = Asked()


def _said(problem: BaseException | None, *, is_failed: bool) -> Outcome | None:
    """What an exception, or an exit code, says about the end of a program."""
    if isinstance(problem, SystemExit):
        is_failed, problem = problem.code not in {None, 0}, None
    if isinstance(problem, (NoServerError, StateLostError)):
        return Outcome.SERVER_LOST
    if isinstance(problem, Exception) or is_failed:
        return Outcome.FAILED_SCRIPT
    is_ended = problem is None or isinstance(problem, GeneratorExit)
    return None if is_ended else Outcome.INTERRUPTED
