"""What has failed since one began to look: each cause once, and in how many steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from funsies.core.cutting import printable
from funsies.core.digest import Digest
from funsies.core.errors import Error, ErrorKind
from funsies.core.stored_errors import read_error
from funsies.history.labels import NO_LABELS
from funsies.history.step_names import Naming
from funsies.report.errors import headline
from funsies.report.failures import Cause, Causes
from funsies.report.gist import gist
from funsies.report.numbers import counted
from funsies.store.ports import GraphStore

MOST_AT_ONCE: Final = 100
"""Of so many failures between two looks the causes are told; all are counted by their task."""


class Failing:
    """Takes note of what fails.

    Args:
        graph: where.
    """

    def __init__(self, graph: GraphStore) -> None:
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
