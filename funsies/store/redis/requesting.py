"""Defining and asking for operations, in calls of which none looks at very many inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, chain, pairwise
from typing import Final, TypeAlias

from funsies.core.digest import Digest
from funsies.store.rows import (
    MOST_INPUTS,
    Definitions,
    Generation,
    RequestAnswer,
    Wanted,
)

from . import answers
from .calling import ACT_PAGE
from .connection import Argument
from .many_inputs import REQUESTED, ManyInputs, Run, edges_of
from .packing import pack_constant, pack_operation, pack_task
from .pieces import in_pieces
from .seal import Seal

MOST_PRIORITY: Final = 2**53
"""Beyond it, numbers are not exact on the server."""

_TO_BE_SEEN: Final = b"?"

Call: TypeAlias = tuple[str, list[Argument]]
"""The name of a script, and its arguments."""


class Requester:
    """Asks for operations.

    Args:
        run: runs a script.
        many: deals with those that have many inputs.
    """

    def __init__(self, run: Run, many: ManyInputs) -> None:
        self._run = run
        self._many = many

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
        row = self._many.row(wanted.operation)
        if row is None:
            return RequestAnswer((wanted.operation,), 0, ())
        if needs := self._many.needs(row, generation):
            return RequestAnswer(needs, 0, ())
        part, _, epoch = self._ask(generation, [wanted], b"1")
        if epoch in {b"", _TO_BE_SEEN}:
            return part
        is_started, arm = self._many.enlist(row, epoch, REQUESTED)
        return RequestAnswer(part.needs, part.started * is_started, (*part.arm, *arm))


def _pack_wanted(item: Wanted) -> tuple[Argument, ...]:
    if abs(item.priority) > MOST_PRIORITY:
        raise ValueError(f"priorities go from {-MOST_PRIORITY} to {MOST_PRIORITY}")
    return item.operation, item.queue, item.priority, item.options, item.lost_limit


def definition_calls(definitions: Definitions, seal: Seal) -> Iterator[Call]:
    """Calls that define in the order of what refers to what.

    Contents, tasks, constants, operations; before an operation with many inputs the pieces of
    its definition are written, and who makes them is told that it needs them.
    """
    operations: list[tuple[Digest, bytes]] = []
    pieces: dict[Digest, bytes] = {}
    for row in definitions.operations:
        kept, parts = in_pieces(seal.operation(row.digest, pack_operation(row)))
        operations.append((row.digest, kept))
        pieces |= parts
    contents = [*pieces.items(), *definitions.contents]
    rows: list[tuple[Argument, ...]] = [
        *contents,
        *((task.digest, task.python, pack_task(task)) for task in definitions.tasks),
        *((row.artefact, pack_constant(row)) for row in definitions.constants),
        *operations,
    ]
    numbers = [
        len(contents),
        len(definitions.tasks),
        len(definitions.constants),
        len(definitions.operations),
    ]
    starts = [0, *accumulate(numbers)]
    sizes = [MOST_INPUTS] * len(pieces) + [0] * (starts[-2] - len(pieces))
    sizes += [len(row.inputs) for row in definitions.operations]
    for first, last in _spans(sizes):
        if sizes[first] > MOST_INPUTS:
            row = definitions.operations[first - starts[-2]]
            yield from (("link", page) for page in edges_of(row))
        counts = [max(0, min(last, end) - max(first, start)) for start, end in pairwise(starts)]
        yield "define", [*counts, *chain.from_iterable(rows[first:last])]


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
