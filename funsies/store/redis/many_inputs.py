"""Steps with many inputs: each call looks at some of these, so that others are answered.

What others do in between is noticed: who has claimed such a step has a fence, and who has it
wait an epoch. It waits from the beginning, for one input more than are known, so that nobody
makes it ready before it is registered with all who make them. If whoever registers it is gone
by then, the next one that asks for it begins anew, and so does a sweep that finds nothing
moving. Whatever else moves, a sweep makes it ready half a minute after the last page: then who
claims it looks at its inputs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, Protocol, TypeAlias, cast

from funsies.core.digest import DIGEST_BYTES, Digest
from funsies.core.keyring import SIGNATURE_BYTES
from funsies.store.batches import batches
from funsies.store.rows import (
    MOST_INPUTS,
    Fence,
    Generation,
    InputRow,
    OperationRow,
    QueueName,
    Setback,
    StepMessage,
    StoredResult,
    Verdict,
)

from . import answers
from .connection import Answer, Argument
from .packing import (
    EXECUTABLE,
    OK,
    PACKED_RESULT_BYTES,
    SEALED_RESULT_BYTES,
    cut,
    pack_result,
    packed_names,
    readable,
    unpack_operation,
)

REQUESTED: Final = b"1"
"""How one that need not wait comes into its queue: as one that was asked for."""
UNLOCKED: Final = b"0"
"""As one that was claimed before: before the others."""
RENEWED_PAGES: Final = 50
"""So many pages of inputs are read before the lease of a claim is prolonged."""

_BRIEF: Final = 11
"""Fields of a claim that is told without definition and inputs."""
_INDEX_BYTES: Final = 16
_NO_SIGNATURE: Final = bytes(SIGNATURE_BYTES)

Output: TypeAlias = tuple[Digest, int]
"""Who makes an input, and which output of theirs it is."""


class Run(Protocol):
    """Runs a script."""

    def __call__(self, name: str, *arguments: Argument) -> Answer:
        """Run it, and wait for the answer."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What some inputs are by now.

    Attributes:
        results: of each, as a claim has them: zeros if there is none.
        pending: producers that are to be waited for.
        is_idle: one is to be asked for.
        is_failed: one is an error.
        is_volatile: one is volatile.
    """

    results: dict[Output, bytes]
    pending: list[bytes]
    is_idle: bool
    is_failed: bool
    is_volatile: bool


@dataclass(frozen=True, slots=True)
class ManyInputs:
    """Links, asks for, claims and parks steps with many inputs.

    Attributes:
        run: runs a script.
        definition: reads a whole definition.
        entries: reads entries of the index of artefacts.
    """

    run: Run
    definition: Callable[[Digest], bytes | None]
    entries: Callable[[Sequence[Digest]], list[bytes | None]]

    def row(self, operation: Digest) -> OperationRow | None:
        """A definition; None if there is none, or it is damaged."""
        return readable(unpack_operation, operation, self.definition(operation) or b"")

    # -- who makes its inputs, and knows that it needs them

    def link(self, row: OperationRow) -> None:
        """Let them know."""
        for page in edges_of(row):
            self.run("link", *page)

    def are_linked(self, row: OperationRow) -> bool:
        """Whether all of them do."""
        return all(self.run("are_linked", *page) == 1 for page in edges_of(row))

    # -- asking for one

    def needs(self, row: OperationRow, generation: Generation) -> tuple[Digest, ...]:
        """Those who make its inputs and have to be asked for first."""
        found = (self.run("needs", generation, *_flat(page)) for page in _outputs(row))
        return tuple(
            dict.fromkeys(Digest(each) for page in found for each in answers.flat(page))
        )

    def enlist(
        self, row: OperationRow, epoch: bytes, order: bytes
    ) -> tuple[bool, tuple[QueueName, ...]]:
        """Register one with those who make its inputs; `request`, or `await`, has begun that.

        Returns:
            Whether it has not ended at once with one of its inputs; and the queues on which
            work is ready by that, and no drain job is queued.
        """
        pages = list(_outputs(row)) or [[]]
        for number, page in enumerate(pages, start=1):
            how = order if number == len(pages) else b""
            answer = self.run("enlist", row.digest, epoch, how, *_flat(page))
            became, arm = cast("tuple[bytes, Answer]", answer)
            if became != b"waits" or how:
                break
        return became != b"failed", answers.queue_names(arm)

    def recount(self, operation: Digest) -> bool:
        """Have one that waits do so anew, unless enough of its inputs will wake it."""
        row = self.row(operation)
        if row is None:
            self.run("set_aside", operation)
            return True
        pending = registered = 0
        for page in _outputs(row):
            seen = cast("list[int]", self.run("registered", operation, *_flat(page)))
            pending, registered = pending + seen[0], registered + seen[1]
        epoch = cast("bytes", self.run("wait_anew", operation, pending, registered))
        if epoch:
            self.enlist(row, epoch, UNLOCKED)
        return bool(epoch)

    # -- running one

    def claimed(self, message: StepMessage, answer: Answer) -> Answer:
        """Look at the inputs of what a step has claimed, if these are many.

        Returns:
            The answer as it would be if they were few. What was claimed is not in it if it
            waits for one of them by now, or is somebody else's.
        """
        said, claims, arm, share_left = cast("list[list[Answer]]", answer)
        if len(claims) != 1 or len(cast("list[Answer]", claims[0])) > _BRIEF:
            return answer
        claim, more = self._claim(message, cast("list[bytes]", claims[0]))
        queues = [*dict.fromkeys([*arm, *(each.encode() for each in more)])]
        if claim is None:
            return cast("Answer", [said, [], queues, answers.PASSED_OVER])
        return cast("Answer", [said, [claim], queues, share_left])

    def _claim(
        self, message: StepMessage, brief: list[bytes]
    ) -> tuple[Answer, Sequence[QueueName]]:
        operation, fence = Digest(brief[0]), Fence(brief[1])
        packed = self.definition(operation) or b""
        row = readable(unpack_operation, operation, packed)
        if row is None:
            return cast("Answer", brief), ()  # which nobody can read, and is set aside
        made: dict[Output, bytes] = {}
        is_volatile = is_idle = False
        for number, page in enumerate(_outputs(row), start=1):
            inputs = self._look(page)
            if inputs.pending or (inputs.is_failed and row.strict):
                return None, self._wait(row, message.slot, fence, is_passed_over=True)[1]
            made |= inputs.results
            is_volatile, is_idle = is_volatile or inputs.is_volatile, is_idle or inputs.is_idle
            if number % RENEWED_PAGES == 0:
                self.run("renew", message.slot, fence, message.lease_ms)
        results = self._results(row, made)
        has_trace = not (row.dynamic or is_volatile or is_idle)
        index = trace_index(packed, results) if has_trace else b""
        volatile = b"1" if is_volatile else b""
        answer = self.run("admit", operation, fence, index, volatile)
        verdict, trace = cast("tuple[bytes, Answer]", answer)
        if verdict != b"ok":
            return None, ()
        claim = [*brief, packed, b"".join(results), volatile, [], trace, None]
        return cast("Answer", claim), ()

    def park(self, slot: str, operation: Digest, fence: Fence, setback: Setback) -> Verdict:
        """See :meth:`GraphStore.park`."""
        row = self.row(operation)
        if row is None:
            self.run("set_aside", operation)
            return Verdict.OK
        if any(self._look(page).is_idle for page in _outputs(row)):
            return Verdict.IDLE
        return self._wait(row, slot, fence, setback)[0]

    def waiting_on(self, operation: Digest) -> tuple[Digest, ...]:
        """See :meth:`GraphStore.waiting_on`."""
        row = self.row(operation)
        pages = () if row is None else _outputs(row)
        return tuple(Digest(each) for page in pages for each in self._look(page).pending)

    def _wait(
        self,
        row: OperationRow,
        slot: str,
        fence: Fence,
        setback: Setback = Setback.NOTHING,
        *,
        is_passed_over: bool = False,
    ) -> tuple[Verdict, Sequence[QueueName]]:
        """Take one that is claimed back, until its inputs are there."""
        answer = self.run("await", slot, row.digest, fence, setback, int(is_passed_over))
        verdict, epoch = answers.flat(answer)
        _, arm = self.enlist(row, epoch, UNLOCKED) if epoch else (False, ())
        return answers.verdict(verdict), arm

    def _look(self, page: Sequence[Output]) -> Inputs:
        answer = cast("list[Answer]", self.run("inputs", *_flat(page)))
        packed, pending, *flags = answer
        results = cut(cast("bytes", packed), SEALED_RESULT_BYTES + 1)
        return Inputs(
            dict(zip(page, results, strict=True)), answers.flat(pending), *map(bool, flags)
        )

    def _results(self, row: OperationRow, made: dict[Output, bytes]) -> list[bytes]:
        """Results of all inputs, in their order, as a claim has them."""
        large = [item.artefact for item in row.inputs if item.large]
        entries = dict(zip(large, self.entries(large), strict=True))
        return [
            made[item.producer, item.index]
            if item.producer
            else b"1" + _constant(item, entries.get(item.artefact)) + _NO_SIGNATURE
            for item in row.inputs
        ]


def _flat(page: Sequence[Output]) -> Iterator[Argument]:
    return chain.from_iterable(page)


def _constant(item: InputRow, entry: bytes | None) -> bytes:
    """The result that a constant is; of a large one its entry says more than a definition."""
    if entry is not None and len(entry) > PACKED_RESULT_BYTES and entry[:1] == b"c":
        return entry[1 : PACKED_RESULT_BYTES + 1]
    content = item.content or Digest(b"")
    return pack_result(
        StoredResult(True, content, item.large, item.size_bytes, item.executable)
    )


def edges_of(row: OperationRow) -> Iterator[list[Argument]]:
    """Pages of who makes inputs of an operation, and of the artefacts; each begins with it."""
    edges = [(item.producer, item.artefact) for item in row.inputs if item.producer]
    for page in batches(edges, MOST_INPUTS):
        yield [row.digest, *chain.from_iterable(page)]


def trace_index(packed: bytes, results: Sequence[bytes]) -> bytes:
    """Where the trace of a task on these inputs is kept (``lua/shared/inputs.lua``).

    Args:
        packed: a definition.
        results: of the inputs, as a claim has them.
    """
    sha1 = hashlib.sha1(packed[:DIGEST_BYTES] + packed_names(packed), usedforsecurity=False)
    for each in results:
        flags, content = each[1], each[2 : DIGEST_BYTES + 2]
        sha1.update(b"1" if flags & OK else b"0")
        sha1.update(b"x" + content if flags & EXECUTABLE else content)
    return sha1.digest()[:_INDEX_BYTES]


def _outputs(row: OperationRow) -> Iterator[list[Output]]:
    """Pages of what others make for an operation.

    All of one producer stand in one page: the operation is registered with it once for a page,
    and would else wait for it twice.
    """
    made: dict[Digest, dict[Output, None]] = {}
    for item in row.inputs:
        if item.producer:
            made.setdefault(item.producer, {})[item.producer, item.index] = None
    page: list[Output] = []
    for outputs in made.values():
        if page and len(page) + len(outputs) > MOST_INPUTS:
            yield page
            page = []
        page.extend(outputs)
    if page:
        yield page
