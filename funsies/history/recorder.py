"""Writes down the run of a program: when it asks for results, and how it ends."""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from funsies.build.context import is_in_step
from funsies.core.digest import Digest
from funsies.core.errors import FunsiesError, NoServerError, StateLostError, UnwrapError
from funsies.core.graph import Operation, Stored
from funsies.store.connect import Backend
from funsies.store.rows import Generation

from .closure import read_closure
from .git import GitQuestion
from .run_records import RunRecord, StepCounts, add_request, write, write_new
from .runs import Outcome, outcome_of
from .tally import Span, StepOutcome, counted, outcomes, tasks_of


@dataclass(frozen=True, slots=True)
class Program:
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
        program: Callable[[], Program],
        *,
        outlives_sessions: bool = False,
    ) -> None:
        self._backend = backend
        self._program = program
        self._outlives_sessions = outlives_sessions
        self._lock = threading.RLock()
        self._record: RunRecord | None = None
        self._number = 0
        self._generations: list[Generation] = []
        self._targets: dict[Digest, Operation | None] = {}
        self._git: GitQuestion | None = None
        self._problem: BaseException | None = None

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
            self._generations.append(generation)
            self._targets |= targets
            self.look()

    def look(self, *, waits: bool = False) -> None:
        """Write down what git says, if it has answered by now.

        Args:
            waits: True to wait for its answer for a while.
        """
        with self._lock:
            if self._git is None or self._record is None:
                return
            if waits:
                self._git.wait()
            if not self._git.is_answered:
                return
            answer, self._git = self._git.answer(), None
            if answer is not None:
                self._record = replace(self._record, git=answer)
                write(self._backend.graph, self._number, self._record)

    def leave(self, problem: BaseException | None) -> None:
        """Note how a session of the program ended: by itself, or by an exception."""
        if self._outlives_sessions:
            self._problem = problem
        elif isinstance(problem, NoServerError):
            self._forget()  # it was waited for long enough
        else:
            self.close(problem)

    def close(self, problem: BaseException | None = None, *, is_failed: bool = False) -> None:
        """Write down how the program ended, if it has asked for anything; once.

        Args:
            problem: the exception that ended it.
            is_failed: True if it left with an exit code, perhaps after an exception that the
                last session has noted.
        """
        with self._lock:
            if self._is_ours():
                with suppress(FunsiesError):  # then it is seen by whoever looks
                    self._end(self._problem if is_failed else problem, is_failed=is_failed)
            self._forget()

    def _begin(self) -> None:
        program = self._program()
        if not self._backend.is_in_process:  # what is in memory is forgotten with the program
            self._git = GitQuestion(program.directory, program.script)
        self._record = program.record
        self._number = write_new(self._backend.graph, self._record)
        atexit.register(self.close)

    def _is_ours(self) -> bool:
        """True if there is something to be ended, and not by the process that we stem from."""
        return self._record is not None and self._record.process.pid == os.getpid()

    def _end(self, problem: BaseException | None, *, is_failed: bool) -> None:
        self.look(waits=True)
        if self._record is None:
            return
        ended = replace(self._record, ended=time.time())
        outcome = outcome_of(self._backend, list(self._targets))
        said = _said(problem, is_failed=is_failed)
        if isinstance(problem, UnwrapError) and outcome is Outcome.ERRORS:
            said = None  # the script has looked at an error
        if said is not None or outcome is not Outcome.RUNNING:
            ended = replace(ended, outcome=said or outcome, counts=self._counts(ended))
        write(self._backend.graph, self._number, ended)

    def _counts(self, record: RunRecord) -> dict[str, StepCounts]:
        span = Span(frozenset(self._generations), record.began, record.ended)
        return counted(self._outcomes(span))

    def _outcomes(self, span: Span) -> Iterator[StepOutcome]:
        """What became of all steps; what the program has built need not be read."""
        tasks, stored = _built(self._targets)
        tasks |= tasks_of(read_closure(self._backend, stored))
        below: list[Digest] = []
        for step in outcomes(self._backend, tasks, self._targets, span):
            yield step
            if step.is_new and step.record is not None and step.record.delegated_to:
                below.append(Digest(bytes.fromhex(step.record.delegated_to)))
        more = tasks_of(read_closure(self._backend, below))
        fresh = {digest: name for digest, name in more.items() if digest not in tasks}
        yield from outcomes(self._backend, fresh, below, span)

    def _forget(self) -> None:
        """Begin another run with the next request."""
        if self._record is not None:
            atexit.unregister(self.close)
        if self._git is not None:
            self._git.wait(0)
        self._record = self._git = self._problem = None
        self._generations, self._targets = [], {}


def _built(
    targets: Mapping[Digest, Operation | None],
) -> tuple[dict[Digest, str], dict[Digest, None]]:
    """What targets need, as far as the program built it, with task names; and all other."""
    tasks: dict[Digest, str] = {}
    stored = {digest: None for digest, built in targets.items() if built is None}
    stack = [built for built in targets.values() if built is not None]
    while stack:
        each = stack.pop()
        if each.digest not in tasks:
            tasks[each.digest] = each.task.name
            stack += each.producers()
            stored |= {ref.producer: None for _, ref in each.inputs if isinstance(ref, Stored)}
    return tasks, stored


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
