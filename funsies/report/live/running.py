"""The steps that have run for longest."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from funsies.core.cutting import printable
from funsies.core.digest import Digest, short_hash
from funsies.history.labels import NO_LABELS
from funsies.history.step_names import Naming
from funsies.report.elsewhere import Elsewhere
from funsies.store.ports import GraphStore
from funsies.store.rows import Lease, at_work

LOOK_SECONDS: Final = 1.0
SHOWN_STEPS: Final = 5


@dataclass(frozen=True, slots=True)
class RunningStep:
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
        graph: GraphStore,
        clock: Callable[[], float] = time.monotonic,
        naming: Naming | None = None,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        self.longest: list[RunningStep] = []
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

    def _longest_of(self, leases: Sequence[Lease]) -> list[RunningStep]:
        shown = sorted(leases, key=lambda lease: -lease.running_ms)[:SHOWN_STEPS]
        labels = self._labels([lease.operation for lease in shown])
        now = self._clock()
        return [
            RunningStep(label, worker_of(lease), now - lease.running_ms / 1000)
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
