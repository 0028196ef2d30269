"""Which steps ran again because an error of theirs was not kept: a fault of the machine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from funsies.core.digest import Digest
from funsies.history.closure import Closure
from funsies.history.runs import Run, StepCounts

_NOTHING: Final = StepCounts()


def failed_before(closure: Closure, again: Mapping[Digest, Run]) -> Iterator[Digest]:
    """Find steps with such an error, or inputs with one, among those that nobody has reset.

    Their errors are gone. But the run before has counted how many of each task it had when it
    ended: where all steps of a task that ran again may be those, they are.

    Args:
        closure: all steps of the run in which they ran again.
        again: the steps, each with the earlier run that had it.
    """
    by_task: defaultdict[tuple[str, int], list[Digest]] = defaultdict(list)
    for step, earlier in again.items():
        by_task[closure.rows[step].task_name, earlier.number].append(step)
    for (task, _), steps in by_task.items():
        if len(steps) <= again[steps[0]].counts.get(task, _NOTHING).volatile:
            yield from steps
