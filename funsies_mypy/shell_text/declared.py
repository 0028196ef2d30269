"""What a step declares: its files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Declared:
    """Names of the files of a step. Those with a slash at the end are directories.

    Attributes:
        inputs: None if one of them is not known.
        outputs: with patterns such as ``*.csv``; None if one of them is not known.
    """

    inputs: Sequence[str] | None
    outputs: Sequence[str] | None

    def has(self, name: str) -> bool:
        """Whether a name is that of a file of the step, or in one of its directories."""
        return is_among(name, [*(self.inputs or ()), *(self.outputs or ())])

    def has_input(self, name: str) -> bool:
        """Whether a file is there before the step runs; True if that is not known."""
        return self.inputs is None or is_among(name, self.inputs)


def is_among(name: str, declared: Iterable[str]) -> bool:
    """Whether a name is one of these, in one of these directories, or above one of them."""
    return any(_is_of(name.rstrip("/"), each) for each in declared)


def _is_of(name: str, declared: str) -> bool:
    directory = declared.rstrip("/")
    return (
        name == directory
        or directory.startswith(f"{name}/")
        or (declared.endswith("/") and name.startswith(declared))
        or matches(name, declared)
    )


def matches(name: str, pattern: str) -> bool:
    """Whether the pattern of an output may match a name; stars are read generously.

    >>> matches("a/b.csv", "**/*.csv"), matches("b.csv", "**/*.csv"), matches("b.txt", "*.csv")
    (True, True, False)
    """
    if not any(each in pattern for each in "*?["):
        return False
    parts = re.split(r"(\*+/?|\?|\[[^\]]+\])", pattern)
    regex = "".join(_regex(part) for part in parts)
    return re.fullmatch(regex, name, re.DOTALL) is not None


def _regex(part: str) -> str:
    if part.startswith("*"):
        return ".*"
    is_one = part == "?" or (part.startswith("[") and part.endswith("]"))
    return "." if is_one else re.escape(part)
