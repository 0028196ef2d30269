"""The output files of a shell step: found by name, or by a directory or pattern they are in."""

from __future__ import annotations

import dataclasses
import difflib
import fnmatch
import functools
import glob
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Final, TypeAlias

from funsies.core.errors import Error, ErrorKind, FileNameError
from funsies.core.file_names import (
    is_directory,
    is_pattern,
    stands_for_files,
    validate_file_name,
)
from funsies.run.machine_faults.exceptions import is_of_the_machine
from funsies.store.data import ArchiveChunks, walk

_MAX_SHOWN_FILES: Final = 20
_MAX_SEEN_FILES: Final = 1000

Found: TypeAlias = Iterable[tuple[str, bool]]
"""Names of files, and whether each is an empty directory."""


def gather_output(directory: Path, output: str) -> Path | ArchiveChunks | Error:
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


def find_output(directory: Path, name: str) -> Path | Error:
    """Find a file that a step has made.

    Nothing is opened, so that a FIFO cannot make anybody wait.

    Args:
        directory: the step's, as an absolute path without links.
        name: of the file.

    Returns:
        Where it is, with links resolved; or why it cannot be had.
    """
    path = Path(os.path.realpath(directory / name))
    if not path.is_relative_to(directory):
        return invalid_output(name, f"is a link that leads out of the job directory, to {path}")
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        link = _dangling_link(directory, name)
        return (
            missing_output(directory, name)
            if link is None
            else _dangling(directory, name, link)
        )
    except OSError as problem:
        found = invalid_output(name, f"cannot be looked at: {problem.strerror}")
        return dataclasses.replace(found, volatile=is_of_the_machine(problem))
    if not stat.S_ISREG(mode):
        return invalid_output(name, f"is {_kind(mode)}")
    if not os.access(path, os.R_OK):
        return invalid_output(name, "cannot be read: permission denied")
    return path


def _dangling_link(directory: Path, name: str) -> Path | None:
    """The first part of a name that is a link to what is not there."""
    parts = map(directory.joinpath, accumulate(name.split("/"), "{}/{}".format))
    return next((path for path in parts if path.is_symlink() and not path.exists()), None)


def _dangling(directory: Path, name: str, link: Path) -> Error:
    shown = str(link.relative_to(directory))
    which = "is" if shown == name else f"is behind {shown!r},"
    details = (
        f"the output {name!r} {which} a dangling link: it points to {str(link.readlink())!r}, "
        "which is not there"
    )
    return Error(kind=ErrorKind.MissingOutput, details=details)


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a directory; name it with a slash at the end, or name the files in it"
    if stat.S_ISLNK(mode):
        return "a link in a circle"
    if stat.S_ISFIFO(mode):
        return "a FIFO, not a file"
    if stat.S_ISSOCK(mode):
        return "a socket, not a file"
    return "a device, not a file"


def invalid_output(name: str, what: str) -> Error:
    """The error for an output that is there and cannot be had."""
    return Error(kind=ErrorKind.InvalidOutput, details=f"the output {name!r} {what}")


def missing_output(directory: Path, name: str) -> Error:
    """The error for an output that is not there; it says what is."""
    found = sorted(_files_in(directory))
    close = difflib.get_close_matches(name, found, 1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    shown = ", ".join(map(repr, found[:_MAX_SHOWN_FILES])) or "no file"
    more = ", ..." if len(found) > _MAX_SHOWN_FILES else ""
    verb = "make a file that matches" if is_pattern(name) else "make"
    if is_pattern(name) and "{" in name:
        hint = "; braces stand for themselves in a pattern: name several patterns"
    details = f"the step did not {verb} {name!r}{hint}\nIts directory holds {shown}{more}"
    return Error(kind=ErrorKind.MissingOutput, details=details)


def _files_in(directory: Path) -> list[str]:
    found: list[str] = []
    for path in _files_below(directory):
        found.append(str(path.relative_to(directory)))
        if len(found) == _MAX_SEEN_FILES:
            break
    return found


def _files_below(directory: Path) -> Iterator[Path]:
    for root, _, names in os.walk(directory):
        yield from (Path(root, each) for each in names)


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
