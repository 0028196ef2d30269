"""What the steps of a run came to, as the program sees it that ends: it knows most of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from funsies.core.digest import Digest
from funsies.core.graph import Operation, Stored, Task
from funsies.run.record import decode_record
from funsies.store.batches import batches
from funsies.store.connect import Backend
from funsies.store.rows import Generation
from funsies.store.rows.runs import StepCounts

from .closure import read_closure
from .runs import Outcome, outcome_of
from .tally import CACHED, DONE, Span, StepOutcome, counted, outcomes, tasks_of


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


class Closing:
    """The end of a run. What its steps need was built by the program, and need not be read.

    Args:
        backend: where they are.
        asked: what it asked for.
    """

    def __init__(self, backend: Backend, asked: Asked) -> None:
        self._backend = backend
        self._asked = asked
        built, stored = _built(asked.targets)
        self._tasks = {digest: each.name for digest, each in built.items()}
        self._kinds = {each.digest: each for each in built.values()}
        self._tasks |= tasks_of(read_closure(backend, stored))
        self._are_done = _are_done(backend, set(self._tasks.values()))

    def outcome(self) -> Outcome:
        """What the targets have come to."""
        if self._are_done:
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

    def counts(self, began: float, ended: float) -> dict[str, StepCounts]:
        """What all steps have come to, by task name."""
        span = Span(frozenset(self._asked.generations), began, ended)
        return counted(self._outcomes(span))

    def _outcomes(self, span: Span) -> Iterator[StepOutcome]:
        below: list[Digest] = []
        known = self._done() if self._are_done else self._looked_up(span)
        for step in known:
            yield step
            if step.is_new and step.record is not None and step.record.delegated_to:
                below.append(Digest(bytes.fromhex(step.record.delegated_to)))
        more = tasks_of(read_closure(self._backend, below))
        fresh = {digest: name for digest, name in more.items() if digest not in self._tasks}
        yield from outcomes(self._backend, fresh, below, span)

    def _looked_up(self, span: Span) -> Iterator[StepOutcome]:
        return outcomes(self._backend, self._tasks, self._asked.targets, span)

    def _done(self) -> Iterator[StepOutcome]:
        """The same if all are done: three times as fast, as no state has to be verified."""
        requested = self._tasks.keys() & self._asked.requested
        for digest in self._tasks.keys() - requested:
            yield StepOutcome(digest, self._tasks[digest], CACHED, False, None)
        for batch in batches(list(requested)):
            records = map(decode_record, self._backend.graph.records(batch))
            for digest, record in zip(batch, records, strict=True):
                outcome = CACHED if record is not None and record.linked else DONE
                yield StepOutcome(digest, self._tasks[digest], outcome, True, record)


def _are_done(backend: Backend, names: Collection[str]) -> bool:
    """True if of these tasks nothing on the server is pending, has failed or is volatile."""
    counts = backend.graph.counts()
    found = [counts[name] for name in names if name in counts]
    return not any(each.pending or each.failed or each.volatile for each in found)


def _built(
    targets: Mapping[Digest, Operation | None],
) -> tuple[dict[Digest, Task], dict[Digest, None]]:
    """What targets need, as far as the program built it, with the tasks; and all other."""
    tasks: dict[Digest, Task] = {}
    stored = {digest: None for digest, built in targets.items() if built is None}
    stack = [built for built in targets.values() if built is not None]
    while stack:
        each = stack.pop()
        if each.digest not in tasks:
            tasks[each.digest] = each.task
            stack += each.producers()
            stored |= {ref.producer: None for _, ref in each.inputs if isinstance(ref, Stored)}
    return tasks, stored
