"""The account of a run: what became of each step, and what those used that ran in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from funsies.core.digest import Digest
from funsies.history.closure import Closure
from funsies.history.labels import Labels
from funsies.history.outcomes import StepOutcome
from funsies.history.runs import Run, outcomes_in_run, steps_of_run
from funsies.history.step_names import labels_of_run
from funsies.store.connect import Backend
from funsies.store.execution_record import ExecutionRecord

from .failures import Cause, causes_of
from .libraries import libraries_of

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
