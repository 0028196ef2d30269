"""The one reader of the stored graph: level by level, and what is said of what is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from funsies.core.digest import Digest, short_hash
from funsies.core.errors import UnknownHashError
from funsies.core.graph import Constant, constant
from funsies.core.python_plan import PYTHON

from .batches import batches
from .execution_record import decode_record
from .ports import GraphReader
from .rows import ArtefactRow, ConstantRow, OperationRow, TaskRow


def read_levels(
    starts: Iterable[Digest],
    read: Callable[[Sequence[Digest]], Iterable[Digest]],
    *,
    levels: int | None = None,
) -> list[Digest]:
    """Go through a graph level by level, whatever "below" means: many steps in one question.

    Args:
        starts: the first level.
        read: is given the steps of a level, a page at a time, and says what is below them.
        levels: how many are read; None for all.

    Returns:
        All that was read or is directly below that, each once, level by level.
    """
    found = dict.fromkeys(starts)
    level = list(found)
    while level and levels != 0:
        below = dict.fromkeys(each for page in batches(level) for each in read(page))
        level = [each for each in below if each not in found]
        found |= dict.fromkeys(level)
        levels = None if levels is None else levels - 1
    return list(found)


def unknown(what: str, digest: Digest) -> UnknownHashError:
    """What is said of something that is not stored, or not whole.

    Args:
        what: words that go before its hash: ``step``, for example.
        digest: its address.
    """
    return UnknownHashError(
        f"the server knows no {what} {short_hash(digest)}, or what it knows is damaged; "
        "execute the program that makes it once more"
    )


def known_step(graph: GraphReader, digest: Digest) -> OperationRow:
    """The definition of a step.

    Raises:
        UnknownHashError: if the server does not know it.
    """
    return known_steps(graph, [digest])[0]


def known_steps(graph: GraphReader, digests: Sequence[Digest]) -> list[OperationRow]:
    """The definitions of some steps.

    Raises:
        UnknownHashError: if the server does not know one of them.
    """
    rows: list[OperationRow] = []
    for digest, row in zip(digests, graph.operations(digests), strict=True):
        if row is None:
            raise unknown("step", digest)
        rows.append(row)
    return rows


def known_task(graph: GraphReader, digest: Digest, python: str = PYTHON) -> TaskRow:
    """The definition of a task.

    Args:
        graph: where it is stored.
        digest: its address.
        python: minor version of Python that is to load it; "" for whichever it is.

    Raises:
        UnknownHashError: if the server does not know it.
    """
    row = graph.task(digest, python)
    if row is None:
        raise unknown("task", digest)
    return row


def known_artefact(graph: GraphReader, digest: Digest) -> ArtefactRow:
    """Where an artefact comes from.

    Raises:
        UnknownHashError: if the server does not know it.
    """
    row = graph.artefact(digest)
    if row is None:
        raise unknown("artefact", digest)
    return row


def known_constant(graph: GraphReader, row: ConstantRow) -> Constant:
    """A constant as a value again; small ones have their bytes with them.

    Raises:
        UnknownHashError: if what is stored of it does not belong to its address.
    """
    data = None if row.large else graph.contents([row.content])[0]
    made = constant(row.wire, data, row.content, row.size_bytes, executable=row.executable)
    if made.digest != row.artefact:
        raise unknown("artefact", row.artefact)
    return made


def built_by(graph: GraphReader, rows: Iterable[OperationRow]) -> dict[Digest, Digest]:
    """Find the step that each dynamic one went on as when it was last run."""
    return delegations(graph, [row.digest for row in rows if row.dynamic])


def delegations(graph: GraphReader, operations: Sequence[Digest]) -> dict[Digest, Digest]:
    """The same by address, for those of the steps that went on as another."""
    records = zip(operations, map(decode_record, graph.records(operations)), strict=True)
    found = ((each, record.went_on_as) for each, record in records if record is not None)
    return {each: built for each, built in found if built is not None}
