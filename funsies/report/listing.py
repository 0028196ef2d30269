"""What there is on a server: steps, and task names with what their steps came to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from funsies.client.volatile import is_volatile
from funsies.history.outcomes import statuses_of
from funsies.store.batches import batches
from funsies.store.connect import Backend
from funsies.store.execution_record import ExecutionRecord, decode_record
from funsies.store.rows import OperationRow

from .results import VOLATILE


@dataclass(frozen=True, slots=True)
class Used:
    """What a run of a step used; see :class:`~funsies.store.execution_record.ExecutionRecord`.

    Attributes:
        started: when it began, seconds since 1970.
        seconds: wall time.
        cpu_seconds: CPU time; None if it is not known.
        peak_memory_bytes: largest resident memory; None if it is not known.
        bytes_in: size of its inputs; None if it is not known.
        attempts: how often it was started.
        worker: name of the worker.
        host: name of its machine.
    """

    started: float
    seconds: float
    cpu_seconds: float | None
    peak_memory_bytes: int | None
    bytes_in: int | None
    attempts: int
    worker: str
    host: str


def used_by(record: ExecutionRecord | None) -> Used | None:
    """What is told of the record of a step that was run itself."""
    if record is None or record.linked:
        return None
    return Used(
        record.started,
        record.seconds,
        record.cpu_seconds,
        record.peak_memory_bytes,
        record.bytes_in,
        record.attempt,
        record.worker,
        record.host,
    )


@dataclass(frozen=True, slots=True)
class ListedStep:
    """A step.

    Attributes:
        operation: its hash.
        task: name of its task.
        status: how far it is; ``skipped`` if it failed without having been run.
        size_bytes: of its results together.
        ended: when it was last run, seconds since 1970; None if it was not.
        outputs: hashes of what it makes.
        volatile: True if its result comes from a failure of the machinery.
        used: what its last run used; None if it was not run, or its result was taken from
            an equal run.
    """

    operation: str
    task: str
    status: str
    size_bytes: int
    ended: float | None
    outputs: tuple[str, ...] = ()
    volatile: bool = False
    used: Used | None = None


@dataclass(frozen=True, slots=True)
class ListedTask:
    """All steps with one task name.

    Attributes:
        task: the name.
        statuses: how many of them are in each state.
        size_bytes: of their results together.
        ended: when one of them was last run, seconds since 1970; None if none was.
        volatile: how many have results that are volatile.
    """

    task: str
    statuses: Mapping[str, int] = field(default_factory=dict)
    size_bytes: int = 0
    ended: float | None = None
    volatile: int = 0

    @property
    def steps(self) -> int:
        """Number of steps."""
        return sum(self.statuses.values())


def find_steps(
    backend: Backend,
    names: Iterable[str] = (),
    statuses: Iterable[str] = (),
    among: Sequence[OperationRow] | None = None,
) -> Iterator[ListedStep]:
    """Find steps, in no order that says anything, however many there are.

    Args:
        backend: where they are.
        names: of tasks; none for all.
        statuses: of steps, ``volatile`` among them; none for all.
        among: look at these steps only; None for all that the server knows.
    """
    wanted, states = frozenset(names), frozenset(statuses)
    for batch in _all_rows(backend) if among is None else batches(among):
        rows = [row for row in batch if not wanted or row.task_name in wanted]
        for step in listed(backend, rows):
            if not states or step.status in states or (step.volatile and VOLATILE in states):
                yield step


def list_steps(
    backend: Backend, names: Iterable[str] = (), statuses: Iterable[str] = ()
) -> list[ListedStep]:
    """The same in order: those that were run last first."""
    return sorted(find_steps(backend, names, statuses), key=order)


def order(step: ListedStep) -> tuple[float, str, str]:
    """By which steps are sorted."""
    return -(step.ended or 0), step.task, step.operation


def _all_rows(backend: Backend) -> Iterator[Sequence[OperationRow]]:
    for batch in batches(backend.graph.all_operations()):
        yield [row for row in backend.graph.operations(batch) if row is not None]


def listed(backend: Backend, rows: Sequence[OperationRow]) -> Iterator[ListedStep]:
    """Say what became of some steps, in their order."""
    digests = [row.digest for row in rows]
    states = backend.graph.states(digests)
    statuses = statuses_of(backend, digests, states)
    records = map(decode_record, backend.graph.records(digests))
    for row, state, status, record in zip(rows, states, statuses, records, strict=True):
        yield ListedStep(
            row.digest.hex(),
            row.task_name,
            status,
            sum(result.size_bytes for result in state.results if result.ok),
            None if record is None else record.ended,
            tuple(output.hex() for output in row.outputs),
            is_volatile(state),
            used_by(record),
        )


def by_task(steps: Iterable[ListedStep]) -> list[ListedTask]:
    """Put steps with the same task name together, sorted by name.

    >>> done, idle = ListedStep("a", "f", "done", 8, 5.0), ListedStep("b", "f", "idle", 0, None)
    >>> by_task([done, idle])[0].size_bytes, by_task([done, idle])[0].steps
    (8, 2)
    """
    sums: dict[str, ListedTask] = {}
    for step in steps:
        sums[step.task] = _with(sums.get(step.task) or ListedTask(step.task), step)
    return [task for _, task in sorted(sums.items())]


def _with(task: ListedTask, step: ListedStep) -> ListedTask:
    ended = [each for each in (task.ended, step.ended) if each is not None]
    return ListedTask(
        task.task,
        {**task.statuses, step.status: task.statuses.get(step.status, 0) + 1},
        task.size_bytes + step.size_bytes,
        max(ended, default=None),
        task.volatile + step.volatile,
    )
