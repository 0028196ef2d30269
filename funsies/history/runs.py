"""Runs: what programs have asked this server for, and how that ended.

A run is one program's session: a ``with Fun():``, or all that one ``funsies run`` does. Each
``execute`` in it is a request of the run, and the first one writes it.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice

from funsies.core.digest import Digest
from funsies.core.error_kind import ErrorKind
from funsies.core.errors import read_error
from funsies.store.connect import Backend
from funsies.store.rows import Generation, OperationState, Status
from funsies.store.rows.run_rows import Git, RunRecord, StepCounts

from . import run_records
from .closure import Closure, read_closure
from .outcomes import Span, StepOutcome, counted, has_pending, outcomes_in, states_of
from .processes import is_alive, is_gone

__all__ = [
    "Git",
    "Outcome",
    "Run",
    "StepCounts",
    "counts_of_run",
    "last_run",
    "outcomes_in_run",
    "outcomes_of_run",
    "run",
    "runs",
    "steps_of_run",
]


class Outcome(StrEnum):
    """How a run ended."""

    RUNNING = "running"
    """It has not."""
    DONE = "done"
    """All that it asked for has a value."""
    ERRORS = "errors"
    """Something that it asked for is an error."""
    FAILED_SCRIPT = "failed script"
    """The program raised an exception, or left with an exit code."""
    INTERRUPTED = "interrupted"
    """Somebody pressed Ctrl-C."""
    CANCELLED = "cancelled"
    """The request for something was withdrawn."""
    SERVER_LOST = "server lost"
    """The server went away, or came back without what was asked for."""
    CLIENT_LOST = "client lost"
    """The program is gone, and has not said how it ended: it was killed."""
    UNFINISHED = "unfinished"
    """The program has ended, and something that it asked for has been reset since."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one program has asked for, and how that ended.

    Attributes:
        number: 1 for the first one on its server.
        script: file of the program; ``-m module`` for a module, empty for an interactive one.
        arguments: that it was given, without what looks like a secret.
        directory: that it was started in.
        git: the repository of the script; None if there is none, or that is not known.
        is_git_known: False if git has not answered whether there is one.
        user: who started it.
        host: name of its machine.
        pid: number of its process there.
        python: version of Python.
        version: of funsies.
        libraries: versions of those that counted for its steps, by name; empty until it ended.
        began: when it first asked for something, seconds since 1970.
        ended: when it ended; None if it has not, or could not say so.
        outcome: how it ended.
        counts: what became of its steps, by task name, when it ended; empty if that was not
            counted then, and :func:`counts_of_run` counts it.
        requests: what it asked for.
    """

    number: int
    script: str
    arguments: tuple[str, ...]
    directory: str
    git: Git | None
    is_git_known: bool
    user: str
    host: str
    pid: int
    python: str
    version: str
    libraries: Mapping[str, str]
    began: float
    ended: float | None
    outcome: Outcome
    counts: Mapping[str, StepCounts]
    requests: run_records.Requests = field(repr=False)

    @property
    def generations(self) -> tuple[Generation, ...]:
        """Numbers of its requests."""
        return self.requests.generations

    @property
    def targets(self) -> tuple[Digest, ...]:
        """Steps that it asked for."""
        return self.requests.targets

    @property
    def span(self) -> Span:
        """What tells its steps from others."""
        goes_on = self.ended is None and self.outcome is Outcome.RUNNING
        ended = math.inf if goes_on else self.ended
        left = frozenset(name for name, each in self.counts.items() if each.unfinished)
        is_counted = bool(self.counts)
        return Span(
            frozenset(self.generations), self.began, ended, left if is_counted else None
        )


def runs(backend: Backend, limit: int | None = None) -> list[Run]:
    """The runs that a server knows, newest first.

    Args:
        backend: of the server.
        limit: so many at most; None for all.
    """
    found = (run(backend, number) for number in run_records.numbers(backend.graph.named))
    return list(islice((each for each in found if each is not None), limit))


def run(backend: Backend, number: int) -> Run | None:
    """The run of a number; None if there is none, or what is stored of it is damaged."""
    record = run_records.read(backend.graph.named, number)
    return None if record is None else _run(backend, number, record)


def last_run(backend: Backend) -> Run | None:
    """The newest run; None if there was none."""
    number = run_records.last_number(backend.graph.named)
    return (run(backend, number) if number else None) or next(iter(runs(backend, 1)), None)


def steps_of_run(backend: Backend, run: Run, most: int = sys.maxsize) -> Closure:
    """The steps that a run needed: its targets, and what they depend on.

    Args:
        backend: where they are.
        run: the run.
        most: so many steps at most, the nearest to the targets.
    """
    return read_closure(backend, run.targets, most=most)


def counts_of_run(backend: Backend, run: Run) -> Mapping[str, StepCounts]:
    """What became of the steps of a run, by task name: as it ended, or as it is now."""
    return run.counts or counted(outcomes_of_run(backend, run))


def outcomes_of_run(backend: Backend, run: Run) -> Iterator[StepOutcome]:
    """What became of each step of a run, as it is now; those first that others need."""
    return outcomes_in_run(backend, run, steps_of_run(backend, run))


def outcomes_in_run(backend: Backend, run: Run, closure: Closure) -> Iterator[StepOutcome]:
    """The same for whoever has read the steps of the run."""
    return outcomes_in(backend, closure, frozenset(run.targets), run.span)


def outcome_of(backend: Backend, targets: Sequence[Digest]) -> Outcome:
    """What the results that a program has asked for come to, as they are now."""
    states = states_of(backend, targets)
    if has_pending(states):
        return Outcome.RUNNING
    if any(state.status is Status.FAILED for state in states):
        return Outcome.CANCELLED if _is_cancelled(backend, states) else Outcome.ERRORS
    if any(state.status is Status.IDLE for state in states):
        return Outcome.UNFINISHED
    return Outcome.DONE


def _is_cancelled(backend: Backend, states: Sequence[OperationState]) -> bool:
    errors = {each.content for state in states for each in state.results if not each.ok}
    found = map(read_error, backend.graph.contents(sorted(errors)))
    return any(each is not None and each.kind is ErrorKind.Cancelled for each in found)


def _run(backend: Backend, number: int, record: RunRecord) -> Run:
    requests = run_records.Requests(backend, number)
    return Run(
        number=number,
        script=record.script,
        arguments=record.arguments,
        directory=record.directory,
        git=record.git,
        is_git_known=record.is_git_known,
        user=record.user,
        host=record.process.host,
        pid=record.process.pid,
        python=record.python,
        version=record.version,
        libraries=record.libraries,
        began=record.began,
        ended=record.ended,
        outcome=_outcome(backend, record, requests),
        counts=record.counts,
        requests=requests,
    )


def _outcome(backend: Backend, record: RunRecord, requests: run_records.Requests) -> Outcome:
    """What is stored, or what can be seen now of a program that has not said it."""
    if record.outcome in set(Outcome):
        return Outcome(record.outcome)
    if record.ended is None and is_gone(record.process):
        return Outcome.CLIENT_LOST
    if record.ended is None and is_alive(record.process):
        return Outcome.RUNNING
    return outcome_of(backend, requests.targets)
