"""Patterns for the names of files, as the ``glob`` module reads them.

``*``, ``?`` and ``[...]`` match within one part of a path, ``**`` any number of parts; ``[*]``
is a star. What begins with a dot is matched only by what begins with a dot.
"""

from __future__ import annotations

import fnmatch
import functools
import re
from collections.abc import Iterable, Iterator, Sequence

DEEP = "**"
"""Stands for any number of directories."""


def matches(name: str, pattern: str) -> bool:
    """Whether a pattern matches the path of a file.

    >>> matches("a/b.csv", "*/*.csv"), matches("a/b.csv", "*.csv"), matches("b.csv", "**/*.csv")
    (True, False, True)
    """
    parts = _parts_of(pattern)
    places = {0}  # in the pattern, where the name may have come to: no backtracking
    for part in name.split("/"):
        reached = _reached(parts, places)
        places = {after for place in reached for after in _after(parts, place, part)}
    return len(parts) in places


@functools.lru_cache(maxsize=64)
def _parts_of(pattern: str) -> tuple[str, ...]:
    parts: list[str] = []
    for part in pattern.split("/"):
        if part != DEEP or parts[-1:] != [DEEP]:  # two in a row are one
            parts.append(part)
    return tuple(parts)


def _reached(parts: Sequence[str], places: Iterable[int]) -> set[int]:
    """These places, and those behind a ``**`` that is not last: it may stand for nothing."""
    behind = {place + 1 for place in places if place < len(parts) and parts[place] == DEEP}
    return {*places, *(place for place in behind if place < len(parts))}


def _after(parts: Sequence[str], place: int, part: str) -> Iterator[int]:
    """Where one more part of the name leads to."""
    if place == len(parts):
        return
    if parts[place] != DEEP:
        if _part_matches(part, parts[place]):
            yield place + 1
    elif not part.startswith("."):
        yield place
        if place == len(parts) - 1:
            yield place + 1


def _part_matches(part: str, pattern: str) -> bool:
    is_hidden = part.startswith(".") and not pattern.startswith(".")
    return not is_hidden and _compiled(pattern).match(part) is not None


@functools.lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(pattern))
