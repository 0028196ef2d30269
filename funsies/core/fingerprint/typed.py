"""Texts of programs that are in no file: ``python -c TEXT``, and ``python - < script``."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from functools import cache
from typing import Final

COMMAND: Final = "<string>"
"""How code of ``python -c`` names its file; code that ``exec`` has made does, too."""

INPUT: Final = "<stdin>"

_given: Final[dict[str, tuple[str, ...]]] = {}


def given_lines(file_name: str) -> tuple[str, ...]:
    """The lines that a worker was given; whatever else has this name is not the program's."""
    return _given.get(file_name, ())


def give_text(file_name: str, text: str) -> None:
    """Have this be the text: for a worker, which runs the program of another process."""
    _given[file_name] = tuple(text.splitlines(keepends=True))


@cache
def typed_lines(file_name: str) -> tuple[str, ...]:
    """The lines of such a program, if they can be had; whoever takes them compares the code."""
    text = ""
    if file_name == COMMAND:
        text = next(_commands(), "")
    elif file_name == INPUT:
        text = _input()
    return tuple(text.splitlines(keepends=True))


def _commands() -> Iterator[str]:
    arguments = sys.orig_argv
    for at, argument in enumerate(arguments[1:-1], start=1):
        if argument.startswith("-") and not argument.startswith("--") and argument[-1] == "c":
            yield arguments[at + 1] + "\n"


def _input() -> str:
    """Standard input from its beginning, if it is a file."""
    try:
        about = os.fstat(0)
        if not stat.S_ISREG(about.st_mode):
            return ""
        return os.pread(0, about.st_size, 0).decode()
    except (OSError, ValueError):
        return ""
