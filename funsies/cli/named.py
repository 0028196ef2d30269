"""From a hash or a label on the command line to what it names."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from funsies.client.lookup import find, step_behind
from funsies.core.digest import Digest
from funsies.history.runs import Run
from funsies.store.connect import Backend
from funsies.store.graph_reader import known_artefact
from funsies.store.rows import ArtefactRow, OperationState


@dataclass(frozen=True, slots=True)
class Named:
    """What a hash, a label or the name of a task names.

    Attributes:
        prefix: as it was typed.
        digest: the whole address.
        producer: the operation that is meant or that makes the artefact; None for a constant.
        artefact: the artefact; None if an operation is named.
    """

    prefix: str
    digest: Digest
    producer: Digest | None
    artefact: ArtefactRow | None

    @property
    def step(self) -> Digest:
        """The step that is meant, or that makes the artefact.

        Raises:
            UnknownHashError: if it is a constant.
        """
        return step_behind(self.prefix, self.producer)

    @property
    def typed(self) -> str:
        """As it is to be typed into a shell."""
        return shlex.quote(self.prefix)


def look_up(backend: Backend, prefix: str, run: Run | None = None) -> Named:
    """Find what a hash, a label or the name of a task names.

    Args:
        backend: where it is.
        prefix: as it was typed.
        run: in which a step is called so; None for wherever it is.

    Raises:
        UnknownHashError: if that is nothing, or several things.
    """
    found = find(backend, prefix, run)
    if found.is_operation:
        return Named(prefix, found.digest, found.digest, None)
    row = known_artefact(backend.graph, found.digest)
    return Named(prefix, found.digest, row.producer, row)


def look_up_all(
    backend: Backend, prefixes: Iterable[str], run: Run | None = None
) -> list[Named]:
    """Find what several of them name, each once, before anything is done with one of them."""
    found = [look_up(backend, prefix, run) for prefix in prefixes]
    return list({named.digest: named for named in found}.values())


def steps_among(named: Sequence[Named]) -> list[Digest]:
    """The steps that are meant, or that make what is named, each once.

    Raises:
        UnknownHashError: if there is none: all of them are constants.
    """
    found = dict.fromkeys(each.producer for each in named if each.producer is not None)
    return list(found) or [each.step for each in named]


def states_of(backend: Backend, named: Sequence[Named]) -> dict[Digest, OperationState]:
    """States of the operations that are meant, by their address."""
    producers = list(dict.fromkeys(each.producer for each in named if each.producer))
    return dict(zip(producers, backend.graph.states(producers), strict=True))
