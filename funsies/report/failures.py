"""The steps that failed in a run, those with the same cause together, each with its gist."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from funsies.core.cutting import cut, printable
from funsies.core.errors import Error, ErrorKind, read_error
from funsies.history.outcomes import SKIPPED, StepOutcome
from funsies.run.shell.failed_command import gist_of_command
from funsies.store.batches import batches
from funsies.store.connect import Backend

SHOWN_CHARACTERS: Final = 300

_TRACEBACK: Final = "Traceback (most recent call last):"


def gist(error: Error, limit: int = SHOWN_CHARACTERS) -> str:
    r"""Say in a line what went wrong; empty if nothing is known of it.

    Args:
        error: what stands in the place of a value.
        limit: longest line that is shown whole, in characters.

    >>> gist(Error(ErrorKind.MissingOutput, details="did not make 'x'\nIt made 'y'"))
    "did not make 'x'"
    """
    if error.kind is ErrorKind.CommandFailed and _ended(error):
        line = gist_of_command(error)
    else:
        lines = [each.strip() for each in error.details.split("\n") if each.strip()]
        line = _exception(error, lines) or _most(error, lines).rstrip(":")
    return cut(printable(line), limit)


def _ended(error: Error) -> bool:
    return error.exit_code is not None or error.signal is not None


def _exception(error: Error, lines: list[str]) -> str | None:
    """What an exception said at first: its text may have many lines, and notes below it."""
    name = error.exception
    if not name:
        return None
    return next(
        (each for each in reversed(lines) if each == name or each.startswith(f"{name}:")), None
    )


def _most(error: Error, lines: list[str]) -> str:
    """The line that says most: of a traceback the last one, else the first."""
    if not lines:
        return ""
    return lines[-1] if _TRACEBACK in error.details else lines[0]


_OF_THE_WORKER: Final = frozenset(
    {ErrorKind.NotLoadable, ErrorKind.WrongLibrary, ErrorKind.WrongPython}
)
"""What workers lack: one may lack several things, and several workers the same."""

_FRAME: Final = re.compile(r'^ +File "[^"]*", line \d+', re.MULTILINE)


@dataclass(slots=True)
class Cause:
    """Failures with the same cause.

    Attributes:
        error: the first of them.
        steps: hashes of the steps that failed.
        targets: what was asked for and has such an error in its place: hashes, and what people
            call them.
        is_old: True if they were there before: nothing was run.
    """

    error: Error
    steps: dict[str, None] = field(default_factory=dict)
    targets: dict[str, str] = field(default_factory=dict)
    is_old: bool = False


class FailedTarget(msgspec.Struct, frozen=True):
    """Something that was asked for and has an error in its place.

    Attributes:
        hash: of the artefact.
        error: in its place.
        name: what people call it; empty if that is not known.
    """

    hash: str
    error: Error
    name: str = ""


class Causes:
    """Gathers failures, and keeps one error of each cause: there may be very many."""

    def __init__(self) -> None:
        self._by_cause: dict[object, Cause] = {}

    def __iter__(self) -> Iterator[Cause]:
        return iter(self._by_cause.values())

    def add(self, error: Error, *, is_old: bool = False) -> Cause:
        """Take note of a failure; return those like it."""
        new = Cause(error, is_old=is_old)
        cause = self._by_cause.setdefault((_kind(error), is_old), new)
        if error.source is not None:
            cause.steps[error.source] = None
        return cause

    def add_target(self, target: FailedTarget, *, is_old: bool = False) -> None:
        """Take note of something that was asked for and has an error in its place."""
        self.add(target.error, is_old=is_old).targets[target.hash] = target.name


def _kind(error: Error) -> object:
    """What is equal for failures with the same cause: the place in the code, not the values."""
    frames = _FRAME.findall(error.details)
    place = frames[-1] if frames else ""
    if error.kind is ErrorKind.CommandFailed:
        place = error.details.partition("\n")[0]
    if error.kind in _OF_THE_WORKER:
        place = gist(error).replace(error.host or "", "")
    return (error.kind, error.task, error.exception, error.exit_code, error.signal, place)


def causes_of(
    backend: Backend, steps: Sequence[StepOutcome], targets: Iterable[FailedTarget]
) -> list[Cause]:
    """Why steps failed, and what was asked for has no value; what is new comes first.

    Args:
        backend: where the errors are.
        steps: of the run.
        targets: what was asked for and has an error in its place.
    """
    causes = Causes()
    new = {step.operation.hex() for step in steps if step.is_new}
    failed = [step for step in steps if step.error is not None and step.outcome != SKIPPED]
    for batch in batches(failed):
        addresses = [step.error for step in batch if step.error is not None]
        for data, step in zip(backend.graph.contents(addresses), batch, strict=True):
            error = read_error(data)
            if error is not None:
                causes.add(error, is_old=not step.is_new)
    for target in targets:
        causes.add_target(target, is_old=_is_old(target.error, new))
    return sorted(causes, key=lambda cause: cause.is_old)


def _is_old(error: Error, new: set[str]) -> bool:
    """True of an error that no step of the run has made."""
    return error.source is not None and error.source not in new
