"""Results that come from a failure of the machinery: what was lost, and asking again."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, TypeAlias, get_args

import msgspec
from msgspec.structs import replace

from funsies.core.cutting import printable
from funsies.core.digest import Digest, short_hash
from funsies.core.errors import (
    Error,
    ErrorKind,
    OptionError,
    VolatileWarning,
    read_error,
)
from funsies.core.noted_labels import noted_label
from funsies.core.users_line import users_line
from funsies.session import Session
from funsies.store.batches import batches
from funsies.store.graph_reader import delegations, read_levels
from funsies.store.ports import GraphReader
from funsies.store.rows import OperationRow, OperationState

from .remedies import since
from .step_labels import labels_for

OnVolatile: TypeAlias = Literal["warn", "error", "accept"]
"""What is done with a value that is volatile."""

Judge: TypeAlias = Callable[[Digest, str], Error | None]
"""Is told which step has made a volatile value, and its name; returns what is in its place."""

NAMED: Final = 3
"""So many steps that were lost are named in a message."""


class Loss(msgspec.Struct, frozen=True):
    """A step whose result is volatile by itself, and not through its inputs.

    Attributes:
        operation: its address.
        task: name of its task.
        error: in the place of its value; None if it has a value: it was run with
            ``check=False``, or what it needs was lost and has been mended since.
        label: what it is called, if that was found out.
    """

    operation: Digest
    task: str
    error: Error | None
    label: str = ""

    @property
    def shown(self) -> str:
        """What failed, where, and when."""
        error = self.error
        if error is None:
            place = _step(self.label or self.task, self.operation.hex())
            return f"trouble of the machine in or before {place}"
        name = noted_label(error.source) or self.label or error.task or self.task
        place = _step(name, error.source or self.operation.hex())
        when = "" if error.failed_at is None else f" at {since(error)}"
        return f"{error.kind.value} in {place}{when}"


def _step(task: str, digest: str) -> str:
    return f"{printable(task)} {short_hash(digest)}"


def is_volatile(state: OperationState) -> bool:
    """True of a result that executing again computes again."""
    return state.volatile and state.status.is_finished


def losses_below(graph: GraphReader, operations: Iterable[Digest]) -> list[Loss]:
    """Find the steps from which the results of operations are volatile.

    Args:
        graph: where they are stored.
        operations: with volatile results.
    """
    return _volatile_below(graph, operations).losses


class _Below(msgspec.Struct, frozen=True):
    """What some volatile results were computed from, as far as it is volatile.

    Attributes:
        losses: where that begins.
        producers: by address of a volatile operation those whose results it took.
        consumers: by address of a volatile operation those that took its results.
    """

    losses: list[Loss]
    producers: dict[Digest, list[Digest]]
    consumers: dict[Digest, list[Digest]]

    def above(self, is_meant: Callable[[Loss], bool]) -> set[Digest]:
        """The losses that are meant, and all that was computed from them."""
        meant = (loss.operation for loss in self.losses if is_meant(loss))
        return _followed(self.consumers, meant)

    def losses_of(self, operations: Iterable[Digest]) -> list[Loss]:
        """The losses from which some of the operations were computed."""
        found = _followed(self.producers, operations)
        return [loss for loss in self.losses if loss.operation in found]


def _followed(
    edges: Mapping[Digest, Sequence[Digest]], starts: Iterable[Digest]
) -> set[Digest]:
    return set(
        read_levels(starts, lambda page: (end for each in page for end in edges.get(each, ())))
    )


def _volatile_below(graph: GraphReader, operations: Iterable[Digest]) -> _Below:
    below = _Below([], {}, {})

    def read(page: Sequence[Digest]) -> Iterator[Digest]:
        for row, state, producers in _looked_at(graph, page):
            below.producers[row.digest] = producers
            for producer in producers:
                below.consumers.setdefault(producer, []).append(row.digest)
            yield from producers
            if not producers:
                below.losses.append(Loss(row.digest, row.task_name, _error(graph, state)))

    read_levels(operations, read)
    return below


def _looked_at(
    graph: GraphReader, operations: Sequence[Digest]
) -> Iterator[tuple[OperationRow, OperationState, list[Digest]]]:
    """Each operation with the volatile ones whose results it takes."""
    states = graph.states(operations)
    built = delegations(graph, operations)
    for row, state in zip(graph.operations(operations), states, strict=True):
        if row is not None:
            above = row.producers
            if row.digest in built:
                above.append(built[row.digest])
            yield row, state, list(volatile_among(graph, list(dict.fromkeys(above))))


def volatile_among(graph: GraphReader, operations: Sequence[Digest]) -> Iterator[Digest]:
    """Those of the operations whose results are volatile."""
    for batch in batches(operations):
        states = graph.states(batch)
        yield from (
            each for each, state in zip(batch, states, strict=True) if is_volatile(state)
        )


def _error(graph: GraphReader, state: OperationState) -> Error | None:
    return None if state.error is None else read_error(graph.contents([state.error])[0])


def _named(session: Session, losses: Sequence[Loss]) -> list[Loss]:
    """The same with what they are called, of those that are named in a message."""
    labels = labels_for(session, [each.operation for each in losses[:NAMED]])
    return [replace(each, label=labels.texts.get(each.operation, "")) for each in losses]


def remedy(losses: Sequence[Loss]) -> str:
    """What to do about them."""
    kinds = {loss.error and loss.error.kind for loss in losses}
    if kinds == {ErrorKind.NotEvaluated}:
        return "execute it without options(evaluate=False) to have it computed"
    return "execute it again: what failed is then run again, with all that depends on it"


def shown(losses: Sequence[Loss]) -> str:
    """Name the first of them."""
    named = ", ".join(loss.shown for loss in losses[:NAMED])
    more = len(losses) - NAMED
    return f"{named} and {more} more" if more > 0 else named


def check_policy(volatile: object) -> None:
    """Refuse what is no way to deal with volatile values.

    Raises:
        OptionError: if it is something else.
    """
    if volatile not in get_args(OnVolatile):
        raise OptionError(f'volatile={volatile!r} is none of "warn", "error" and "accept"')


def accept(_producer: Digest, _name: str) -> Error | None:
    """Take a volatile value for what it is."""
    return None


def judge(session: Session, policy: OnVolatile) -> Judge:
    """What is to be done with volatile values."""
    graph = session.backend.graph

    def judged(producer: Digest, name: str) -> Error | None:
        losses = _named(session, losses_below(graph, [producer]))
        if policy == "error":
            return refusal(name, losses)
        warn(name, losses)
        return None

    return accept if policy == "accept" else judged


def warn(name: str, losses: Sequence[Loss]) -> None:
    """Warn of a value that is volatile.

    The text tells of what was lost and not which value was taken, so that Python shows it
    once where very many values are taken that depend on one lost step. It tells when that was:
    another loss of the same step is news.
    """
    text = (
        f"the value of {printable(name)} is volatile: it was computed from a failure of the "
        f"machinery ({shown(losses)}), and is not remembered; {remedy(losses)}. "
        'take(..., volatile="error") refuses such values, volatile="accept" says nothing'
    )
    warnings.warn(VolatileWarning(text), stacklevel=users_line())


def refusal(name: str, losses: Sequence[Loss]) -> Error:
    """The error in the place of a volatile value that is refused: that of what was lost."""
    found = next((loss.error for loss in losses if loss.error is not None), None)
    if found is not None:
        return found
    details = f"the value of {name} is volatile, from {shown(losses)}; {remedy(losses)}"
    source = losses[0].operation.hex() if losses else None
    return Error(kind=ErrorKind.NotFound, source=source, task=name, details=details)


LEFT_ALONE: Final = frozenset({ErrorKind.Cancelled, ErrorKind.JobTimedOut})
"""What would run again against somebody's will, or take its whole time limit once more."""

NEVER_OTHERWISE: Final = frozenset({ErrorKind.NotEvaluated, ErrorKind.Cycle})
"""What asking again does not change, and costs nothing."""


class Mender:
    """Decides which results that are volatile are asked for again.

    To ask for a result is to ask for all that it was computed from. So one that needs a step
    that is not to run again by itself is left as it is.

    Args:
        times: how often for each of them, at most.
        tell: is told what is asked for again, and why.
    """

    def __init__(self, times: int, tell: Callable[[str], None]) -> None:
        self._times = times
        self._tell = tell
        self._asked: Counter[Digest] = Counter()

    def to_ask(self, graph: GraphReader, targets: Sequence[Digest]) -> list[Digest]:
        """Those of the targets, which are finished, that are to be asked for again."""
        left = [each for each in targets if self._asked[each] < self._times]
        volatile = list(volatile_among(graph, left))
        below = _volatile_below(graph, volatile)
        spoilt = below.above(_can_be_mended) - below.above(_is_left_alone)
        asked = [each for each in volatile if each in spoilt]
        if asked:
            self._asked.update(asked)
            number = "1 result" if len(asked) == 1 else f"{len(asked):,} results"
            losses = [each for each in below.losses_of(asked) if _can_be_mended(each)]
            self._tell(
                f"asking again for {number} that the machine has spoilt: {shown(losses)}"
            )
        return asked


def _is_left_alone(loss: Loss) -> bool:
    return loss.error is not None and loss.error.kind in LEFT_ALONE


def _can_be_mended(loss: Loss) -> bool:
    return loss.error is None or loss.error.kind not in LEFT_ALONE | NEVER_OTHERWISE
