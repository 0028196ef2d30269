"""The steps that have run for longest."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from funsies.client.remembered import SHORT_HASH
from funsies.core.cutting import printable
from funsies.core.digest import Digest
from funsies.report.elsewhere import Elsewhere
from funsies.store.ports import GraphStore
from funsies.store.rows import Lease

from .naming import Naming

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
        naming: what steps are called.
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
        self._naming = naming or Naming(clock=clock)
        self._graph = graph
        self._clock = clock
        self._look_at = clock()
        self._labels: dict[Digest, str] = {}

    def look(self, *, is_any: bool = True) -> None:
        """Look again, if that is due.

        Args:
            is_any: False if it is known that no step runs.
        """
        if not is_any:
            self.longest, self.elsewhere = [], []
        elif self._clock() >= self._look_at:
            self._look_at = self._clock() + LOOK_SECONDS
            leases = self._graph.leases()
            self.longest = self._longest_of(leases)
            self.elsewhere = self._elsewhere.lines(leases) if self._elsewhere else []

    def _longest_of(self, leases: Sequence[Lease]) -> list[RunningStep]:
        shown = sorted(leases, key=lambda lease: -lease.running_ms)[:SHOWN_STEPS]
        self._learn_labels([lease.operation for lease in shown])
        now = self._clock()
        return [self._step(lease, now) for lease in shown]

    def _step(self, lease: Lease, now: float) -> RunningStep:
        began = now - lease.running_ms / 1000
        return RunningStep(self._labels[lease.operation], worker_of(lease), began)

    def _learn_labels(self, operations: Sequence[Digest]) -> None:
        """Keep the labels of those that are shown, and of no others."""
        kept = {each: self._labels[each] for each in operations if each in self._labels}
        new = [each for each in operations if each not in kept]
        rows = self._graph.operations(new)
        texts = self._naming.labels(new).texts
        for digest, row in zip(new, rows, strict=True):
            kept[digest] = label_of(digest, texts.get(digest) or (row.task_name if row else ""))
        self._labels = kept


def label_of(digest: Digest, name: str) -> str:
    """What people call a step, and the beginning of its hash."""
    return f"{printable(name)} {digest.hex()[:SHORT_HASH]}".lstrip()


def worker_of(lease: Lease) -> str:
    """Host and process of the worker that has a lease."""
    return printable(lease.slot.rpartition(":")[0] or lease.slot)
