"""What is told of the steps of a run: what made each run, and the roots of it all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from funsies.core.digest import Digest

from .changes import Change


class Ran(StrEnum):
    """What became of a step, as far as running goes."""

    RAN = "ran"
    """It was run."""
    BY_CONTENT = "cached by content"
    """Its address is new, but the same was run before on the same values."""
    CACHED = "cached"
    """Its result was there."""
    WILL_RUN = "would run"
    """Nothing is there that it could take: said before a run."""
    MAY_RUN = "may run"
    """It runs if what it depends on gives other values than before: said before a run."""
    SAME = "same"
    """It is the same step: said of two runs or steps that are compared."""
    DIFFERS = "different"
    """It is another step, or was not there: said of two that are compared."""
    NOT_RUN = "not run"
    """An input is an error, or it is not finished."""


_TOLD: Final = frozenset({Ran.RAN, Ran.WILL_RUN, Ran.MAY_RUN, Ran.DIFFERS})


@dataclass(frozen=True, slots=True)
class InputChange:
    """An input that another step makes than before, or the same step anew.

    Attributes:
        name: of the parameter.
        producer: the step that makes it now.
        former: the step that made it before; None if it was a given value.
        is_same_value: True if the value is the same as before, so that it is no reason;
            None if that is not known.
    """

    name: str
    producer: Digest
    former: Digest | None
    is_same_value: bool | None = None


@dataclass(frozen=True, slots=True)
class StepReason:
    """Why a step ran, or why not.

    Attributes:
        step: its address.
        task: name of its task.
        label: by which people know it.
        ran: what became of it.
        former: the step that it was compared with; None if there was none.
        former_run: number of the run which had that; None if there was none.
        changes: what is another than before in the step itself.
        inputs: those that come from steps, and are not what they were.
        roots: what is another than before in the step and in all that it depends on, as far
            as that is a reason; the same root cause is the same object for all steps.
        more_roots: number of further ones.
    """

    step: Digest
    task: str
    label: str
    ran: Ran
    former: Digest | None = None
    former_run: int | None = None
    changes: tuple[Change, ...] = ()
    inputs: tuple[InputChange, ...] = ()
    roots: tuple[Change, ...] = ()
    more_roots: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Steps that ran for the same reasons.

    Attributes:
        roots: what is another than before.
        more_roots: number of further ones.
        steps: those that ran for it, makers first.
        tasks: how many of each task those are.
    """

    roots: tuple[Change, ...]
    more_roots: int
    steps: tuple[Digest, ...]
    tasks: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why the steps of a run ran.

    Attributes:
        steps: all steps of the run, makers first.
        run: number of the run; None for one that has not happened.
        compared_with: numbers of the earlier runs that were looked at, newest first.
        gone: how many steps of each task were there before and are not any more; only said
            where two graphs are compared.
    """

    steps: Mapping[Digest, StepReason] = field(default_factory=dict)
    run: int | None = None
    compared_with: tuple[int, ...] = ()
    gone: Mapping[str, int] = field(default_factory=dict)

    @property
    def groups(self) -> list[Group]:
        """Steps that ran or would, by root cause; those with the most steps first."""
        found: dict[tuple[int, ...], list[StepReason]] = {}
        for each in self.steps.values():
            if each.ran in _TOLD:
                key = (*map(id, each.roots), each.more_roots)
                found.setdefault(key, []).append(each)
        groups = [_group(some) for some in found.values()]
        return sorted(groups, key=lambda each: -len(each.steps))

    def counts(self) -> dict[Ran, int]:
        """How many steps there are of each outcome."""
        found: dict[Ran, int] = {}
        for each in self.steps.values():
            found[each.ran] = found.get(each.ran, 0) + 1
        return found


def _group(reasons: list[StepReason]) -> Group:
    tasks: dict[str, int] = {}
    for each in reasons:
        tasks[each.task] = tasks.get(each.task, 0) + 1
    first = reasons[0]
    return Group(first.roots, first.more_roots, tuple(each.step for each in reasons), tasks)
