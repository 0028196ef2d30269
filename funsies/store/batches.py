"""What is asked of the server at once: enough to be quick, and no more than it bears."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

T = TypeVar("T")

BATCH: Final = 1000


def batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut a sequence into pieces.

    >>> [len(batch) for batch in batches(range(2500))]
    [1000, 1000, 500]
    """
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))
