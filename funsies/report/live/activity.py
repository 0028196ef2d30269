"""What goes on: how fast steps end, which have run for longest, and what has failed."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from funsies.client.progress import Progress
from funsies.core.cutting import printable
from funsies.core.digest import Digest, short_hash
from funsies.core.errors import Error, ErrorKind, read_error
from funsies.history.labels import NO_LABELS
from funsies.history.step_names import Naming
from funsies.report.elsewhere import WorkElsewhere
from funsies.report.errors import headline
from funsies.report.failures import Cause, Causes, gist
from funsies.report.numbers import counted
from funsies.store.ports import GraphReader
from funsies.store.rows import Lease, TaskCounts, at_work

WINDOW_SECONDS: Final = 30.0
"""Steps that ended longer ago say nothing about how fast it goes now."""

SAMPLE_SECONDS: Final = 1.0


def finished(counts: TaskCounts) -> int:
    """Steps with a value or an error."""
    return counts.done + counts.failed


class Rates:
    """Steps that end in a second, by task, over the last half minute."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, Mapping[str, TaskCounts]]] = deque()
        self._last: tuple[float, Mapping[str, TaskCounts]] = (0.0, {})

    def add(self, progress: Progress, now: float) -> None:
        """Take note of how far it is.

        Args:
            progress: since the execution began.
            now: the time, seconds.
        """
        self._last = (now, progress.tasks)
        if not self._samples or now - self._samples[-1][0] >= SAMPLE_SECONDS:
            self._samples.append(self._last)
        while now - self._samples[0][0] > WINDOW_SECONDS:
            self._samples.popleft()

    def of(self, task: str) -> float:
        """Steps of a task that end in a second; 0 if that cannot be said."""
        (first_at, first), (last_at, last) = self._samples[0], self._last
        nothing = TaskCounts()
        ended = finished(last.get(task, nothing)) - finished(first.get(task, nothing))
        return max(0, ended) / (last_at - first_at) if last_at > first_at else 0.0

    @property
    def total(self) -> float:
        """Steps of all tasks that end in a second."""
        return sum(map(self.of, self._last[1]))


def seconds_left(counts: TaskCounts, rate: float) -> float | None:
    """How long it takes at this rate until none is pending; None if that cannot be said.

    >>> seconds_left(TaskCounts(waiting=10), 2.0)
    5.0
    """
    return counts.pending / rate if rate and counts.pending else None


LOOK_SECONDS: Final = 1.0
SHOWN_STEPS: Final = 5


@dataclass(frozen=True, slots=True)
class ActiveStep:
    """A step that runs.

    Attributes:
        label: what people call it.
        worker: host and process of the worker.
        began: when, by the clock of who asks.
    """

    label: str
    worker: str
    began: float


class RunningSteps:
    """Looks now and then which steps have run for longest.

    Args:
        graph: where they run.
        clock: the time, monotonic seconds.
        naming: knows what steps are called; None for the names of their tasks.
        elsewhere: says which workers run what somebody else has asked for; None if nobody asks.

    Attributes:
        longest: as they were at the last look, the longest first.
        elsewhere: lines about workers that were busy with something else then.
    """

    def __init__(
        self,
        graph: GraphReader,
        clock: Callable[[], float] = time.monotonic,
        naming: Naming | None = None,
        elsewhere: WorkElsewhere | None = None,
    ) -> None:
        self.longest: list[ActiveStep] = []
        self.elsewhere: list[str] = []
        self._elsewhere = elsewhere
        self._naming = naming
        self._graph = graph
        self._clock = clock
        self._look_at = clock()
        self._tasks: dict[Digest, str] = {}

    def look(self, *, is_any: bool = True) -> None:
        """Look again, if that is due.

        Args:
            is_any: False if it is known that no step runs.
        """
        if not is_any:
            self.longest, self.elsewhere = [], []
        elif self._clock() >= self._look_at:
            self._look_at = self._clock() + LOOK_SECONDS
            leases = at_work(self._graph.leases())
            self.longest = self._longest_of(leases)
            self.elsewhere = self._elsewhere.lines(leases) if self._elsewhere else []

    def _longest_of(self, leases: Sequence[Lease]) -> list[ActiveStep]:
        shown = sorted(leases, key=lambda lease: -lease.running_ms)[:SHOWN_STEPS]
        labels = self._labels([lease.operation for lease in shown])
        now = self._clock()
        return [
            ActiveStep(label, worker_of(lease), now - lease.running_ms / 1000)
            for label, lease in zip(labels, shown, strict=True)
        ]

    def _labels(self, steps: Sequence[Digest]) -> list[str]:
        """What steps are called, each with its hash; definitions are read where need be."""
        labels = NO_LABELS if self._naming is None else self._naming.labels(steps)
        self._tasks = {each: self._tasks[each] for each in steps if each in self._tasks}
        unknown = [
            each for each in steps if each not in labels.names and each not in self._tasks
        ]
        for step, row in zip(unknown, self._graph.operations(unknown), strict=True):
            self._tasks[step] = "" if row is None else row.task_name
        return [label_of(each, labels.of(each, self._tasks.get(each, ""))) for each in steps]


def label_of(digest: Digest, name: str) -> str:
    """What people call a step, and the beginning of its hash."""
    hash_ = short_hash(digest)
    return hash_ if name == hash_ else f"{printable(name)} {hash_}"


def worker_of(lease: Lease) -> str:
    """Host and process of the worker that has a lease."""
    return printable(lease.slot.rpartition(":")[0] or lease.slot)


MOST_AT_ONCE: Final = 100
"""Of so many failures between two looks the causes are told; all are counted by their task."""


class Failing:
    """Takes note of what fails.

    Args:
        graph: where.
    """

    def __init__(self, graph: GraphReader) -> None:
        self._graph = graph
        self._causes = Causes()
        self._seen = max((each.number for each in graph.latest_failures(1)), default=0)

    def news(self) -> list[Cause]:
        """Causes that had not failed any step at the last look."""
        latest = self._graph.latest_failures(MOST_AT_ONCE)
        failed = [each for each in reversed(latest) if each.number > self._seen]
        self._seen = max((each.number for each in failed), default=self._seen)
        return self._new_causes([each.operation for each in failed])

    def repeated(self) -> list[Cause]:
        """Causes that have failed several steps, the most frequent first."""
        several = [each for each in self._causes if len(each.steps) > 1]
        return sorted(several, key=lambda cause: -len(cause.steps))

    def _new_causes(self, operations: Sequence[Digest]) -> list[Cause]:
        known = {id(cause) for cause in self._causes}
        found = [self._causes.add(error) for error in self._errors(operations)]
        fresh = {id(cause): cause for cause in found if id(cause) not in known}
        return list(fresh.values())

    def _errors(self, operations: Sequence[Digest]) -> list[Error]:
        """The errors of those that failed themselves, and were not cancelled."""
        states = self._graph.states(operations) if operations else []
        contents = [state.error for state in states if state.error is not None]
        errors = map(read_error, self._graph.contents(contents))
        return [each for each in errors if each and each.kind is not ErrorKind.Cancelled]


def told(cause: Cause, naming: Naming | None = None) -> str:
    """Say in a line what failed, where, and the gist of it."""
    steps = [Digest(bytes.fromhex(each)) for each in list(cause.steps)[:1]]
    labels = NO_LABELS if naming is None else naming.labels(steps)
    return f"error: {headline(cause.error, labels)}{_said(cause)}"


def _said(cause: Cause) -> str:
    line = gist(cause.error)
    return f": {line}" if line else ""


def counted_steps(cause: Cause) -> str:
    """Say in a line how many steps have failed in the same way."""
    error = cause.error
    kind = error.exception or error.kind.value
    steps = counted(len(cause.steps), f"{printable(error.task or '')} step".lstrip())
    return f"{steps} failed: {kind}"
