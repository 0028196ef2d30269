"""The account of a run: what became of each step, who ran it when, and with which libraries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Final

from funsies.core.digest import Digest
from funsies.core.errors import EncodingError
from funsies.core.fingerprint import Library
from funsies.core.graph import TaskKind
from funsies.core.python_plan import decode_plan
from funsies.history.closure import Closure
from funsies.history.labels import Labels
from funsies.history.outcomes import StepOutcome
from funsies.history.runs import Run, outcomes_in_run, steps_of_run
from funsies.history.step_names import labels_of_run
from funsies.store.connect import Backend
from funsies.store.execution_record import ExecutionRecord

from .failures import Cause, causes_of

MOST_TASKS: Final = 200


def libraries_of(backend: Backend, tasks: Iterable[Digest], python: str) -> dict[str, str]:
    """Versions of the libraries that tasks use, as far as they count, by name.

    Args:
        backend: where the tasks are stored; only the first of very many are read.
        tasks: their addresses.
        python: version of Python for which they were written.
    """
    minor = ".".join(python.split(".")[:2])
    found = (
        library
        for task in islice(tasks, MOST_TASKS)
        for library in _libraries_among(backend, task, minor)
    )
    return dict(sorted((each.name, each.shown_version) for each in found if each.counted))


def _libraries_among(backend: Backend, digest: Digest, minor: str) -> Iterator[Library]:
    task = backend.graph.task(digest, minor)
    if task is None or task.kind is TaskKind.SHELL:
        return
    try:
        yield from decode_plan(task.payload).libraries
    except EncodingError:
        return


NEVER: Final = 0.0


@dataclass(frozen=True, slots=True)
class StepAccount:
    """A step of a run.

    Attributes:
        operation: its address.
        task: name of its task.
        label: by which it is told from its siblings.
        outcome: see :class:`~funsies.history.outcomes.StepOutcome`.
        ran: what it used; None if it was not run in this run.
        makers: steps whose results it takes.
    """

    operation: Digest
    task: str
    label: str
    outcome: str
    ran: ExecutionRecord | None
    makers: tuple[Digest, ...]

    @property
    def hash(self) -> str:
        """Its address, 64 hexadecimal digits."""
        return self.operation.hex()


@dataclass(frozen=True)
class RunAccount:
    """A run.

    Attributes:
        run: who asked for what, when, and how it ended.
        steps: each after those whose results it takes.
        causes: why steps failed, those with the same cause together.
        libraries: versions of those that counted for its Python steps, by name.
    """

    run: Run
    steps: tuple[StepAccount, ...]
    causes: tuple[Cause, ...]
    libraries: Mapping[str, str]

    @cached_property
    def ran(self) -> list[StepAccount]:
        """The steps that were run in it, in the order in which they began."""
        ran = [each for each in self.steps if each.ran is not None]
        return sorted(ran, key=_started)

    @property
    def began(self) -> float:
        """When it began, seconds since 1970, or the first of its steps, if that was earlier."""
        return min([self.run.began, *(_started(each) for each in self.ran[:1])])

    @property
    def ended(self) -> float:
        """When it ended, or the last of its steps so far, if that was later."""
        ends = [each.ran.ended for each in self.ran if each.ran is not None]
        return max([self.run.ended or self.began, *ends])


def read_account(backend: Backend, run: Run) -> RunAccount:
    """Read what became of each step of a run.

    Of a step that ran again in a later run, the server keeps the later record only.
    """
    closure = steps_of_run(backend, run)
    labels = labels_of_run(backend, run, closure)
    found = list(outcomes_in_run(backend, run, closure))
    steps = tuple(_account(closure, labels, each) for each in found)
    causes = tuple(causes_of(backend, found, ()))
    return RunAccount(run, steps, causes, run.libraries or _libraries(backend, run, closure))


def _libraries(backend: Backend, run: Run, closure: Closure) -> Mapping[str, str]:
    """Those of a run that has not ended, or could not say so."""
    tasks = dict.fromkeys(row.task for row in closure.rows.values())
    return libraries_of(backend, tasks, run.python)


def _account(closure: Closure, labels: Labels, step: StepOutcome) -> StepAccount:
    makers = tuple(
        dict.fromkeys(
            each for each in closure.above(closure.rows[step.operation]) if each in closure.rows
        )
    )
    label = labels.of(step.operation)
    return StepAccount(step.operation, step.task, label, step.outcome, step.ran, makers)


def _started(step: StepAccount) -> float:
    return NEVER if step.ran is None else step.ran.started


CLOCK_SECONDS: Final = 0.002
"""Two steps of one worker that overlap by less than this do so by rounding."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A step, from its beginning to its end, seconds since 1970."""

    step: StepAccount
    ran: ExecutionRecord
    start: float
    end: float


@dataclass(slots=True)
class Lane:
    """What one worker has run, one step after the other.

    Attributes:
        host: name of its machine.
        worker: its name.
        number: 1; more for what overlaps, as it may in a program that runs steps itself.
        slices: in order; none overlaps another.
    """

    host: str
    worker: str
    number: int = 1
    slices: list[Slice] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Name of the worker, with a number if it has several lanes."""
        return self.worker if self.number == 1 else f"{self.worker} ({self.number})"

    @property
    def busy_seconds(self) -> float:
        """How long it ran steps."""
        return sum(each.end - each.start for each in self.slices)

    @property
    def is_free_at(self) -> float:
        """End of the last step."""
        return self.slices[-1].end if self.slices else 0.0


def lanes_of(ran: Iterable[StepAccount]) -> list[Lane]:
    """Put steps on lanes, sorted by host and worker.

    Args:
        ran: the steps that were run, in the order in which they began.
    """
    lanes: dict[tuple[str, str], list[Lane]] = {}
    for step, record in _records(ran):
        of_worker = lanes.setdefault((record.host, record.worker), [])
        lane = _free(of_worker, record)
        start = max(record.started, lane.is_free_at)
        lane.slices.append(Slice(step, record, start, max(start, record.ended)))
    return [lane for _, of_worker in sorted(lanes.items()) for lane in of_worker]


def _records(ran: Iterable[StepAccount]) -> Iterator[tuple[StepAccount, ExecutionRecord]]:
    return ((each, each.ran) for each in ran if each.ran is not None)


def _free(lanes: list[Lane], record: ExecutionRecord) -> Lane:
    for lane in lanes:
        if lane.is_free_at <= record.started + CLOCK_SECONDS:
            return lane
    lanes.append(Lane(record.host, record.worker, len(lanes) + 1))
    return lanes[-1]
