"""What the steps of a run came to, as the program sees it that ends: it knows most of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from funsies.core.digest import Digest
from funsies.core.graph import Operation, Stored, Task
from funsies.core.traversal import reachable
from funsies.store.batches import batches
from funsies.store.connect import Backend
from funsies.store.execution_record import decode_record
from funsies.store.rows import Generation, TaskCounts
from funsies.store.rows.run_rows import StepCounts

from .closure import read_closure
from .outcomes import CACHED, DONE, Span, StepOutcome, counted, outcomes, outcomes_in
from .runs import Outcome, outcome_of


@dataclass(slots=True)
class Asked:
    """What a program has asked for so far.

    Attributes:
        generations: numbers of its requests.
        targets: what it asked for, with what it has built of it.
        requested: what had to be requested for that, since it was not there.
    """

    generations: list[Generation] = field(default_factory=list)
    targets: dict[Digest, Operation | None] = field(default_factory=dict)
    requested: set[Digest] = field(default_factory=set)


@dataclass(frozen=True)
class Ending:
    """How a run has ended, as it is written down.

    Attributes:
        number: of the run.
        outcome: how.
        seconds: how long it took, from its first request.
        steps: what became of each of its steps.
        targets: steps that were asked for.
        counts: what became of the steps, by task name.
    """

    number: int
    outcome: Outcome
    seconds: float
    steps: Sequence[StepOutcome]
    targets: Sequence[Digest]
    counts: dict[str, StepCounts]


class Closing:
    """The end of a run. What its steps need was built by the program, and need not be read.

    Args:
        backend: where they are.
        asked: what it asked for.
    """

    def __init__(self, backend: Backend, asked: Asked) -> None:
        self._backend = backend
        self._asked = asked
        built, self._stored = _built(asked.targets)
        self._tasks = {digest: each.name for digest, each in built.items()}
        self._kinds = {each.digest: each for each in built.values()}
        self._are_done = _are_done(backend, Counter(self._tasks.values()))

    def outcome(self) -> Outcome:
        """What the targets have come to."""
        if self._are_done and not self._stored:
            return Outcome.DONE
        return outcome_of(self._backend, list(self._asked.targets))

    def libraries(self) -> dict[str, str]:
        """Versions of the libraries that count for what the program built, by name."""
        found = {
            name: each
            for task in self._kinds.values()
            for name, each in task.libraries().items()
        }
        return dict(sorted(found.items()))

    def ending(self, number: int, outcome: Outcome, began: float, ended: float) -> Ending:
        """Count what all steps have come to.

        Args:
            number: of the run.
            outcome: how it has ended.
            began: when, seconds since 1970.
            ended: when.
        """
        steps = list(self._steps(Span(frozenset(self._asked.generations), began, ended)))
        targets = tuple(self._asked.targets)
        return Ending(number, outcome, ended - began, steps, targets, counted(steps))

    def _steps(self, span: Span) -> Iterator[StepOutcome]:
        below = [digest for digest in self._stored if digest not in self._tasks]
        for step in self._known(span):
            yield step
            if step.built is not None:
                below.append(step.built)
        more = read_closure(self._backend, below)
        for step in outcomes_in(self._backend, more, self._asked.targets, span):
            if step.operation not in self._tasks:
                yield step

    def _known(self, span: Span) -> Iterator[StepOutcome]:
        """What became of the steps that the program built."""
        if not self._are_done:
            return outcomes(self._backend, self._tasks, self._asked.targets, span)
        if self._tasks.keys().isdisjoint(self._asked.requested):
            return self._cached()
        return self._done(span)

    def _cached(self) -> Iterator[StepOutcome]:
        """The same if nothing had to be requested: nothing need be read."""
        for digest, task in self._tasks.items():
            yield StepOutcome(digest, task, CACHED, is_new=False, record=None)

    def _done(self, span: Span) -> Iterator[StepOutcome]:
        """The same if all are done: three times as fast, as no state has to be verified."""
        for batch in batches(list(self._tasks)):
            records = map(decode_record, self._backend.graph.records(batch))
            for digest, record in zip(batch, records, strict=True):
                is_new = digest in self._asked.requested or span.has_begun(record)
                is_linked = record is not None and record.linked
                outcome = DONE if is_new and not is_linked else CACHED
                yield StepOutcome(digest, self._tasks[digest], outcome, is_new, record)


def _are_done(backend: Backend, numbers: Mapping[str, int]) -> bool:
    """True if so many steps of these tasks are done on the server, and all that it knows."""
    counts = backend.graph.counts()
    found = [(counts.get(name, TaskCounts()), number) for name, number in numbers.items()]
    return not any(
        each.pending or each.failed or each.volatile or each.done < number
        for each, number in found
    )


def _built(
    targets: Mapping[Digest, Operation | None],
) -> tuple[dict[Digest, Task], dict[Digest, None]]:
    """What targets need, as far as the program built it, with the tasks; and all other."""
    tasks: dict[Digest, Task] = {}
    stored = {digest: None for digest, built in targets.items() if built is None}
    asked = (built for built in targets.values() if built is not None)
    for each in reachable(asked, Operation.producers):
        tasks[each.digest] = each.task
        stored |= {ref.producer: None for _, ref in each.inputs if isinstance(ref, Stored)}
    return dict(reversed(tasks.items())), stored
