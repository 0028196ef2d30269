"""Whether commands name a file, in whatever way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from .words import GLOB, NUMBER, UNKNOWN

_HERE: Final = frozenset({".", "./", GLOB, f"./{GLOB}"})
"""Words that stand for all files."""


def is_mentioned(name: str, commands: Sequence[str], words: Iterable[str]) -> bool:
    """Whether a name may be meant somewhere: itself, a directory, or what it begins with.

    Args:
        name: of a file, directory or pattern.
        commands: the texts, where it may stand in the program of another language.
        words: of the commands, without quotes.
    """
    wanted = re.compile("|".join(_spellings(name.rstrip("/"))))
    return any(
        word in _HERE or wanted.search(word) or _may_be(name, word)
        for word in (*words, *commands)
    )


def _spellings(name: str) -> Iterator[str]:
    """The name; and the directories that it is in and what it begins with, as whole words."""
    before = r"(?:(?<![\w.\-])|(?<=^-\w)|(?<=\s-\w))"
    yield f"{before}{re.escape(name)}(?!\\w)"
    for found in re.finditer(r"(?!^)[./*?\[]", name):
        slash = "/?" if found[0] == "/" else ""
        yield f"{before}{re.escape(name[: found.start()])}{slash}(?![\\w.\\-/])"


def _may_be(name: str, word: str) -> bool:
    """Whether a word that is known in part, such as ``$x.csv``, may stand for a name."""
    parts = re.split(f"([{UNKNOWN}{GLOB}{NUMBER}]+)", word.removeprefix("./"))
    if len(parts) == 1 or not any(parts[::2]) or len(word) > 2 * len(name) + 200:
        return False
    regex = "".join(".*" if place % 2 else re.escape(part) for place, part in enumerate(parts))
    return re.fullmatch(regex, name, re.DOTALL) is not None
