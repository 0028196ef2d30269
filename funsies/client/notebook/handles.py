"""A handle, as notebooks show it: its targets, where they stand, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from funsies.client.progress import Progress
from funsies.core.digest import Digest, short_hash
from funsies.core.encoding.previews import MimeBundle
from funsies.store.rows import OperationState, Status

from .blocks import BAD, GOOD, UNDER_WAY, Block, bundle_of_block
from .progress import described

SHOWN: Final = 10
"""So many targets are shown."""


def bundle_of_handle(
    targets: Sequence[Digest],
    names: Mapping[Digest, str],
    states: Sequence[OperationState],
    progress: Progress | None,
) -> MimeBundle:
    """What a notebook shows of a handle.

    Args:
        targets: what was asked for.
        names: of those that have one.
        states: where the first of them stand; empty if nobody can say.
        progress: of the execution.
    """
    statuses = [state.status for state in states]
    known = [*map(str, statuses), *[""] * len(targets)]
    rows = [
        (names.get(target, ""), known[position], short_hash(target))
        for position, target in enumerate(targets[:SHOWN])
    ]
    more = len(targets) - SHOWN
    notes = [f"... and {more} more"] if more > 0 else []
    facts = [] if progress is None else [("steps since then", described(progress))]
    block = Block(
        f"execution of {len(targets)} step{'' if len(targets) == 1 else 's'}",
        _colour(statuses),
        facts,
        [("step", "status", "hash"), *rows] if rows else (),
        notes=notes,
    )
    return bundle_of_block(block)


def _colour(statuses: Sequence[Status]) -> str:
    if Status.FAILED in statuses:
        return BAD
    return GOOD if all(each.is_finished for each in statuses) else UNDER_WAY
