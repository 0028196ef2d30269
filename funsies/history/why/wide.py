"""Steps with very many inputs that others make: compared as far as a cause depends on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import structs

from funsies.core.digest import Digest
from funsies.store.batches import batches
from funsies.store.rows import InputRow

from .model import InputChange, StepReason
from .reading import Library
from .sameness import is_same

FEW: Final = 16
"""Inputs of a step with no more than these are compared one by one."""

Pair = tuple[InputChange, InputRow, InputRow]
"""What is told of an input, the input as it was, and as it is."""


def settled(
    library: Library, pairs: Sequence[Pair], found: Mapping[Digest, StepReason]
) -> Iterator[InputChange]:
    """Tell of inputs that are made for the same causes whether any has another value.

    One that has makes these a cause of the step, so that the others are not looked at.

    Args:
        library: reads what is stored.
        pairs: inputs of one step.
        found: the reasons of the steps that make them.
    """
    by_roots: dict[tuple[int, ...], list[Pair]] = {}
    for each in pairs:
        above = found.get(each[0].producer)
        by_roots.setdefault(() if above is None else tuple(map(id, above.roots)), []).append(
            each
        )
    for some in by_roots.values():
        same = _are_same(library, some)
        yield from (structs.replace(change, is_same_value=same) for change, _, _ in some)


def _are_same(library: Library, pairs: Sequence[Pair]) -> bool | None:
    """False if one is another than before; None if none is, as far as that is known."""
    answers: set[bool | None] = set()
    for some in _growing(pairs):
        makers = (each.producer for _, *rows in some for each in rows if each.producer)
        states = library.states(makers)
        answers.update(is_same(before, after, states) for _, before, after in some)
        if False in answers:
            return False
    return None if None in answers else True


def _growing(pairs: Sequence[Pair]) -> Iterator[Sequence[Pair]]:
    """The first few, which mostly say it all, then the others, many at a time."""
    yield pairs[:FEW]
    yield from batches(pairs[FEW:])
