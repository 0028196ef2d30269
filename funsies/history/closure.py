"""Some steps as they are stored, and everything that they depend on."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import msgspec

from funsies.core.digest import Digest
from funsies.core.traversal import post_order
from funsies.store.connect import Backend
from funsies.store.graph_reader import built_by, read_levels
from funsies.store.rows import OperationRow


class Closure(msgspec.Struct, frozen=True):
    """Some steps, and everything that they depend on.

    Attributes:
        targets: the steps that were asked for, as far as the store knows them.
        rows: all steps by address; each comes after those that it depends on, in the order in
            which a step counts its inputs. The order depends on the graph and on that of the
            targets, and on nothing else.
        built: what dynamic steps went on as, when they were last run.
    """

    targets: tuple[Digest, ...]
    rows: dict[Digest, OperationRow]
    built: dict[Digest, Digest]

    def above(self, row: OperationRow) -> Iterator[Digest]:
        """Whose results a step takes: those that make its inputs, and what it built."""
        return _above(row, self.built)


def read_closure(
    backend: Backend,
    targets: Iterable[Digest],
    *,
    depth: int = sys.maxsize,
    most: int = sys.maxsize,
    most_inputs: int | None = None,
) -> Closure:
    """Read some steps and everything that they depend on.

    What dynamic steps built belongs to it.

    Args:
        backend: where they are stored.
        targets: addresses of steps; what the store does not know is left out.
        depth: how many steps below the targets at most.
        most: so many steps at most, the nearest to the targets.
        most_inputs: follow only so many inputs of a step, the first; None for all.
    """
    asked = tuple(dict.fromkeys(targets))
    rows: dict[Digest, OperationRow] = {}
    built: dict[Digest, Digest] = {}
    above: dict[Digest, list[Digest]] = {}

    def read(page: Sequence[Digest]) -> Iterator[Digest]:
        wanted = page[: most - len(rows)]
        found = [row for row in backend.graph.operations(wanted) if row is not None]
        rows.update((row.digest, row) for row in found)
        built.update(built_by(backend.graph, found))
        above.update((row.digest, list(_above(row, built))) for row in found)
        if most_inputs is None:
            return chain.from_iterable(above[row.digest] for row in found)
        return chain.from_iterable(_above(row, built, most_inputs) for row in found)

    read_levels(asked, read, levels=depth + 1)
    known = tuple(each for each in asked if each in rows)
    return Closure(known, _makers_first(known, rows, above), built)


def all_steps(backend: Backend) -> Closure:
    """Read all steps that the store knows."""
    return read_closure(backend, backend.graph.all_operations())


def _above(
    row: OperationRow, built: dict[Digest, Digest], most_inputs: int | None = None
) -> Iterator[Digest]:
    inputs = row.counted_inputs[:most_inputs]
    yield from (each.producer for each in inputs if each.producer is not None)
    if row.digest in built:
        yield built[row.digest]


def _makers_first(
    targets: tuple[Digest, ...],
    rows: dict[Digest, OperationRow],
    above: dict[Digest, list[Digest]],
) -> dict[Digest, OperationRow]:
    """Order the steps.

    The walk begins with targets that no other step uses, so that siblings come as the step that
    gathers them counts them, although they may be targets, too. Where dynamic steps wait for
    each other in a circle, one of them has to come before what it went on as.
    """
    used = set(chain.from_iterable(above.values()))
    last_first = [each for each in targets if each not in used]
    order = post_order((*last_first, *targets), lambda digest: above.get(digest, ()))
    return {digest: rows[digest] for digest in order if digest in rows}
