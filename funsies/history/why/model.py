"""What is told of the steps of a run: what made each run, and the roots of it all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import msgspec

from funsies.core.digest import Digest
from funsies.history.closure import Closure
from funsies.store.rows import InputRow


class ChangeKind(StrEnum):
    """What is another than before."""

    CODE = "code"
    """A function, a class or a module of the project."""
    VALUE = "value"
    """A constant or another value that the code holds."""
    LIBRARY = "library"
    """The version, or the content, of a library."""
    COMMAND = "command"
    """A shell command."""
    SETTING = "setting"
    """What else is said of the step: its interpreter, its version, names of output files."""
    TYPE = "type"
    """How a value is annotated or stored."""
    INPUT = "input"
    """A value that was given."""
    NEW = "new"
    """There was no such step."""
    RESET = "reset"
    """Somebody had its result forgotten."""
    RETRIED = "retried"
    """It had failed, and was asked for again."""
    FAILED = "failed"
    """It had failed on the same values under another address: only results are taken over."""
    UNFINISHED = "unfinished"
    """The run before had not finished it."""
    VOLATILE = "volatile"
    """It had failed by a fault of the machine or the server: such an error is not kept."""
    LOST = "lost"
    """Its result was there and is gone."""
    UNKNOWN = "unknown"
    """Something that is not kept."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is another than before.

    Attributes:
        kind: what it is.
        task: name of the task whose step has it; "" if it is said of steps of any task.
        subject: which one: the path to a piece of code (``"task -> helper -> NAME"``), the name
            of a parameter, a library or a setting; of a reset, who did it and when.
        file: in which code is written; "" if that is not known.
        line: the first one there; 0 if it is not known.
        before: the text or the value as it was; None if it was not there, or is not kept.
        after: as it is now.
        given_before: the input as it was, if this is about one; its value is read later.
        given_after: as it is now.
    """

    kind: ChangeKind
    task: str = ""
    subject: str = ""
    file: str = ""
    line: int = 0
    before: str | None = None
    after: str | None = None
    given_before: InputRow | None = field(default=None, repr=False)
    given_after: InputRow | None = field(default=None, repr=False)

    @property
    def root(self) -> tuple[object, ...]:
        """What it has in common with the same change as other steps see it."""
        match self.kind:
            case ChangeKind.CODE | ChangeKind.VALUE:
                name = self.subject.rpartition(" -> ")[2]
                return self.kind, name, self.file, self.before, self.after
            case ChangeKind.LIBRARY:
                return self.kind, self.subject, self.before, self.after
            case ChangeKind.INPUT:  # ten thousand values of one parameter are one cause
                return self.kind, self.task, self.subject
            case _:
                return self.kind, self.task, self.subject, self.before, self.after


class Ran(StrEnum):
    """What became of a step, as far as running goes."""

    RAN = "ran"
    """It was run."""
    RUNNING = "running"
    """It is being run."""
    WAITING = "waiting"
    """It was asked for, and waits for inputs, for a worker, or to be tried again."""
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
    SKIPPED = "skipped"
    """It was not run, since an input is an error."""
    NOT_NEEDED = "not needed"
    """It was not run, since the results of what uses it were there."""
    UNFINISHED = "unfinished"
    """It was asked for, and the run ended before it ran: it was cancelled, say."""
    FORGOTTEN = "forgotten"
    """Its result was forgotten since, or it was run again: what became of it is not known."""


PENDING: Final = frozenset({Ran.RUNNING, Ran.WAITING})
"""What is still to come."""

_NO_STEPS: Final = Closure((), {}, {})
TOLD: Final = PENDING | {Ran.RAN, Ran.WILL_RUN, Ran.MAY_RUN, Ran.DIFFERS}
"""What has a reason that people are told."""


class WaitsFor(StrEnum):
    """What a step waits for that was asked for."""

    INPUTS = "inputs"
    """Steps that make its inputs are not finished."""
    WORKER = "worker"
    """Nobody has taken it yet."""
    PAUSE = "pause"
    """It is tried again, after a pause."""
    BUILT = "built"
    """It is dynamic, has run, and the step that it went on as is not finished."""


@dataclass(frozen=True, slots=True)
class Blocker:
    """What a step waits for.

    Attributes:
        what: kind of thing.
        queue: whose workers may take it.
        steps: those that are not finished.
    """

    what: WaitsFor
    queue: str = ""
    steps: tuple[Digest, ...] = ()


class InputChange(msgspec.Struct, frozen=True, gc=False):
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


class StepReason(msgspec.Struct, frozen=True, gc=False):
    """Why a step ran, or why not.

    Attributes:
        step: its address.
        task: name of its task.
        label: by which people know it; the name of its task until somebody has asked for it.
        ran: what became of it.
        former: the step that it was compared with; None if there was none.
        former_run: number of the run which had that; None if there was none.
        changes: what is another than before in the step itself.
        inputs: those that come from steps, and are not what they were.
        roots: what is another than before in the step and in all that it depends on, as far
            as that is a reason; the same root cause is the same object for all steps.
        more_roots: number of further ones.
        waiting: what it waits for; only said where somebody asks about this step.
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
    waiting: Blocker | None = None

    @property
    def is_new(self) -> bool:
        """True if there was no such step before."""
        return len(self.changes) == 1 and self.changes[0].kind is ChangeKind.NEW


@dataclass(frozen=True, slots=True)
class ReasonGroup:
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
        closure: the steps as they are stored.
    """

    steps: Mapping[Digest, StepReason] = field(default_factory=dict)
    run: int | None = None
    compared_with: tuple[int, ...] = ()
    gone: Mapping[str, int] = field(default_factory=dict)
    closure: Closure = field(default=_NO_STEPS, repr=False, compare=False)

    @property
    def groups(self) -> list[ReasonGroup]:
        """Steps that ran or are to run, by root cause; those with the most steps first.

        What is new has one cause, of whatever task it is. What takes a new input has not.
        """
        found: dict[tuple[int, ...], list[StepReason]] = {}
        for each in self.steps.values():
            if each.ran in TOLD:
                key = () if each.is_new else (*map(id, each.roots), each.more_roots)
                found.setdefault(key, []).append(each)
        groups = [_group(some) for some in found.values()]
        return sorted(groups, key=lambda each: -len(each.steps))

    def counts(self) -> dict[Ran, int]:
        """How many steps there are of each outcome."""
        found: dict[Ran, int] = {}
        for each in self.steps.values():
            found[each.ran] = found.get(each.ran, 0) + 1
        return found


def _group(reasons: list[StepReason]) -> ReasonGroup:
    tasks: dict[str, int] = {}
    for each in reasons:
        tasks[each.task] = tasks.get(each.task, 0) + 1
    first = reasons[0]
    roots = (Change(ChangeKind.NEW),) if first.is_new else first.roots
    return ReasonGroup(roots, first.more_roots, tuple(each.step for each in reasons), tasks)
