"""What is wrong with the name of a file of a shell step: the rules of funsies itself.

Said again here because the plugin never imports funsies; a test holds both to the same answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

MAX_PART_BYTES: Final = 255
MAX_PATH_BYTES: Final = 800


def problem_of(name: str) -> str | None:
    """What is wrong with the name of a file or directory; None if nothing is."""
    return _problem_of_file(name[:-1] if len(name) > 1 and is_directory(name) else name)


def is_directory(name: str) -> bool:
    """Whether a name is that of a directory with all its files."""
    return name.endswith("/")


def stands_for_files(output: str) -> bool:
    """Whether an output is any number of files, by their names, and not the bytes of one."""
    return is_directory(output) or any(each in output for each in "*?[")


def _problem_of_file(name: str) -> str | None:
    if not name:
        return "A file name is empty; name a file in the job directory"
    if "\0" in name:
        return f"{name!a} contains a NUL character, which no file name can; remove it"
    if any("\ud800" <= character <= "\udfff" for character in name):
        return f"{name!a} is not valid Unicode; rename the file"
    if name.startswith("/"):
        return f'"{name}" is an absolute path; shell files live in the job directory'
    return _problem_of_parts(name, name.split("/"))


def _problem_of_parts(name: str, parts: Sequence[str]) -> str | None:
    if ".." in parts:
        return f'"{name}" contains ".."; shell files live in the job directory'
    named = [part for part in parts if part not in ("", ".")]
    if not named or parts[-1] in ("", "."):
        return f'"{name}" is a directory; name the files in it, each by itself'
    if len(named) != len(parts):
        return f'"{name}" can be written shorter; write "{"/".join(named)}"'
    if sum(len(part.encode()) + 1 for part in parts) > MAX_PATH_BYTES:
        return f'"{name}" is longer than {MAX_PATH_BYTES} bytes in all; choose a shorter path'
    if any(len(part.encode()) > MAX_PART_BYTES for part in parts):
        return f'"{name}" is longer than {MAX_PART_BYTES} bytes; choose a shorter name'
    return None


def directories_of(name: str) -> list[str]:
    """The directories that a name goes through: ``a`` and ``a/b`` for ``a/b/c``."""
    return list(accumulate(name.split("/")[:-1], "{}/{}".format))
