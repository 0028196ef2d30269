"""What is asked of the server at once: enough to be quick, and no more than it bears."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

T = TypeVar("T")

BATCH: Final = 1000
"""Items that one call to the server looks at."""


def batches(items: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """Cut a sequence into pieces that do not block the server for long.

    >>> [len(batch) for batch in batches(range(2500))]
    [1000, 1000, 500]
    """
    return (items[start : start + size] for start in range(0, len(items), size))
