"""Defining and asking for operations, in calls of which none looks at very many inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, chain, pairwise
from typing import Final, Protocol, TypeAlias, cast

from funsies.core.digest import Digest
from funsies.store.batches import batches
from funsies.store.rows import (
    Definitions,
    Generation,
    OperationRow,
    QueueName,
    RequestAnswer,
    Wanted,
)

from . import answers
from .calling import ACT_PAGE, MOST_INPUTS
from .connection import Answer, Argument
from .packing import pack_constant, pack_operation, pack_task
from .seal import Seal

MOST_PRIORITY: Final = 2**53
"""Beyond it, numbers are not exact on the server."""

_TO_BE_SEEN: Final = b"?"

Call: TypeAlias = tuple[str, list[Argument]]
"""The name of a script, and its arguments."""


class Run(Protocol):
    """Runs a script."""

    def __call__(self, name: str, *arguments: Argument) -> Answer:
        """Run it, and wait for the answer."""


class Requester:
    """Asks for operations.

    One with many inputs is looked at and registered with their producers some at a time, so
    that the server answers others in between. Until it is registered with all it is not made
    ready. If the program ends before that, the next one that asks for the operation begins
    anew, and so does a sweep that finds nothing moving.

    Args:
        run: runs a script.
        operations: reads definitions.
    """

    def __init__(
        self, run: Run, operations: Callable[[Sequence[Digest]], list[OperationRow | None]]
    ) -> None:
        self._run = run
        self._operations = operations

    def request(self, generation: Generation, wanted: Sequence[Wanted]) -> RequestAnswer:
        """See :meth:`GraphStore.request`."""
        parts: list[RequestAnswer] = []
        at = 0
        while at < len(wanted):
            part, number, left = self._ask(generation, wanted[at : at + ACT_PAGE])
            parts.append(part)
            at += number
            if left:
                parts.append(self._request_large(generation, wanted[at - 1]))
        needs = dict.fromkeys(each for part in parts for each in part.needs)
        arm = dict.fromkeys(each for part in parts for each in part.arm)
        return RequestAnswer(tuple(needs), sum(part.started for part in parts), tuple(arm))

    def _ask(
        self, generation: Generation, wanted: Sequence[Wanted], are_seen: bytes = b""
    ) -> tuple[RequestAnswer, int, bytes]:
        fields = chain.from_iterable(map(_pack_wanted, wanted))
        return answers.requested(self._run("request", generation, are_seen, *fields))

    def _request_large(self, generation: Generation, wanted: Wanted) -> RequestAnswer:
        (row,) = self._operations([wanted.operation])
        if row is None:
            return RequestAnswer((wanted.operation,), 0, ())
        inputs = list(_by_producer(row))
        needs = dict.fromkeys(
            Digest(each)
            for page in inputs
            for each in answers.flat(self._run("needs", generation, *_flat(page)))
        )
        if needs:
            return RequestAnswer(tuple(needs), 0, ())
        part, _, epoch = self._ask(generation, [wanted], b"1")
        if epoch in {b"", _TO_BE_SEEN}:
            return part
        arm = self._enlist(wanted.operation, epoch, inputs)
        return RequestAnswer(part.needs, part.started, (*part.arm, *arm))

    def _enlist(
        self, operation: Digest, epoch: bytes, inputs: Sequence[Sequence[tuple[Digest, int]]]
    ) -> tuple[QueueName, ...]:
        last = max(len(inputs) - 1, 0)
        for number, page in enumerate(inputs or [[]]):
            is_last = b"1" if number == last else b""
            answer = self._run("enlist", operation, epoch, is_last, *_flat(page))
            became, arm = cast("tuple[bytes, list[bytes]]", answer)
            if became != b"waits" or is_last:
                return answers.queue_names(cast("Answer", arm))
        raise AssertionError("the last page is the last")


def _by_producer(row: OperationRow) -> Iterator[list[tuple[Digest, int]]]:
    """Pages of what others make for an operation: producer, index of its output.

    All of one producer stand in one page: the operation is registered with it once for a page,
    and would else wait for it twice.
    """
    made: dict[Digest, dict[tuple[Digest, int], None]] = {}
    for item in row.inputs:
        if item.producer:
            made.setdefault(item.producer, {})[item.producer, item.index] = None
    page: list[tuple[Digest, int]] = []
    for inputs in made.values():
        if page and len(page) + len(inputs) > MOST_INPUTS:
            yield page
            page = []
        page.extend(inputs)
    if page:
        yield page


def _flat(inputs: Iterable[tuple[Digest, int]]) -> Iterator[Argument]:
    return chain.from_iterable(inputs)


def _pack_wanted(item: Wanted) -> tuple[Argument, ...]:
    if abs(item.priority) > MOST_PRIORITY:
        raise ValueError(f"priorities go from {-MOST_PRIORITY} to {MOST_PRIORITY}")
    return item.operation, item.queue, item.priority, item.options, item.lost_limit


def definition_calls(definitions: Definitions, seal: Seal) -> Iterator[Call]:
    """Calls that define in the order of what refers to what.

    Contents, tasks, constants, operations; before an operation with many inputs, who makes
    them is told that it needs them.
    """
    rows: list[tuple[Argument, ...]] = [
        *definitions.contents,
        *((task.digest, task.python, pack_task(task)) for task in definitions.tasks),
        *((row.artefact, pack_constant(row)) for row in definitions.constants),
        *(
            (row.digest, seal.operation(row.digest, pack_operation(row)))
            for row in definitions.operations
        ),
    ]
    numbers = [
        len(definitions.contents),
        len(definitions.tasks),
        len(definitions.constants),
        len(definitions.operations),
    ]
    starts = [0, *accumulate(numbers)]
    sizes = [0] * starts[-2] + [len(row.inputs) for row in definitions.operations]
    for first, last in _spans(sizes):
        is_large = sizes[first] > MOST_INPUTS
        if is_large:
            yield from _links(definitions.operations[first - starts[-2]])
        counts = [max(0, min(last, end) - max(first, start)) for start, end in pairwise(starts)]
        flag = b"1" if is_large else b""
        yield "define", [*counts, flag, *chain.from_iterable(rows[first:last])]


def _spans(sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Cut rows into pages, by their numbers of inputs; one with many has a page for itself."""
    first = inputs = 0
    for last, size in enumerate(sizes):
        if last > first and (last - first == ACT_PAGE or inputs + size > MOST_INPUTS):
            yield first, last
            first, inputs = last, 0
        inputs += size
    if sizes:
        yield first, len(sizes)


def _links(row: OperationRow) -> Iterator[Call]:
    edges = [(item.producer, item.artefact) for item in row.inputs if item.producer]
    for page in batches(edges, MOST_INPUTS):
        yield "link", [row.digest, *chain.from_iterable(page)]
