"""The outputs of a shell step that are any number of files: directories and patterns."""

from __future__ import annotations

import dataclasses
import fnmatch
import functools
import glob
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from funsies.core.errors import Error, ErrorKind, FileNameError
from funsies.core.file_names import (
    is_directory,
    is_pattern,
    stands_for_files,
    validate_file_name,
)
from funsies.store.data import ArchiveChunks, walk

from .files import find_output, invalid_output, missing_output
from .machine_faults import is_of_the_machine

Found: TypeAlias = Iterable[tuple[str, bool]]
"""Names of files, and whether each is an empty directory."""


def collect(directory: Path, output: str) -> Path | ArchiveChunks | Error:
    """Find what a step has made under the name of an output.

    Args:
        directory: the step's, as an absolute path without links.
        output: name of a file, or of a directory (``results/``), or a pattern (``*.csv``).

    Returns:
        Where the file is, or the files as an archive; or why they cannot be had.
    """
    if not stands_for_files(output):
        return find_output(directory, output)
    try:
        if is_pattern(output):
            return _matching(directory, output)
        return _whole(directory, output)
    except OSError as problem:
        found = invalid_output(output, f"cannot be read: {problem.strerror or problem}")
        return dataclasses.replace(found, volatile=is_of_the_machine(problem))


def _whole(directory: Path, output: str) -> ArchiveChunks | Error:
    root = directory / output
    if not root.is_dir():
        return _no_directory(directory, output)
    if not Path(os.path.realpath(root)).is_relative_to(directory):
        return invalid_output(output, "is a link that leads out of the job directory")
    return _gathered(directory, output, _walk(directory, root))


def _no_directory(directory: Path, output: str) -> Error:
    found = find_output(directory, output.rstrip("/"))
    if isinstance(found, Error):
        return found
    return invalid_output(output, "is a file; name it without the slash at the end")


def _matching(directory: Path, pattern: str) -> ArchiveChunks | Error:
    wanted = pattern + DEEP if is_directory(pattern) else pattern
    found = [
        (name, False)
        for name, is_empty in _walk(directory, directory)
        if not is_empty and matches(name, wanted)
    ]
    return _gathered(directory, "", found) if found else _no_match(directory, pattern)


def _no_match(directory: Path, pattern: str) -> Error:
    path = directory / pattern
    if not path.exists():
        return missing_output(directory, pattern)
    remedy = (
        f"as a pattern {pattern!r} matches no file, but there is "
        f"{'a directory' if path.is_dir() else 'a file'} of this very name: name it in out= "
        f"as {glob.escape(pattern)!r}"
    )
    return Error(kind=ErrorKind.MissingOutput, details=remedy)


def _walk(directory: Path, root: Path) -> Iterator[tuple[str, bool]]:
    """All below a directory, but what links that lead out of the step's directory lead to."""
    return walk(root, lambda real: Path(real).is_relative_to(directory))


def _file(directory: Path, name: str) -> Path | Error:
    """Find one of the files; a directory is among them only if there is no end to it."""
    found = find_output(directory, name)
    is_inside = Path(os.path.realpath(directory / name)).is_relative_to(directory)
    if isinstance(found, Error) and is_inside and (directory / name).is_dir():
        return invalid_output(name, "leads in a circle, by a link to a directory that it is in")
    return found


def _gathered(directory: Path, prefix: str, found: Found) -> ArchiveChunks | Error:
    files: dict[str, Path | None] = {}
    for name, is_empty in found:
        try:
            validate_file_name(name)
        except FileNameError as problem:
            return invalid_output(prefix + name, f"cannot be kept: {problem}")
        path = None if is_empty else _file(directory, prefix + name)
        if isinstance(path, Error):
            return path
        files[name] = path
    return ArchiveChunks(files)


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
