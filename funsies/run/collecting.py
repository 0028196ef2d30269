"""The outputs of a shell step that are any number of files: directories and patterns."""

from __future__ import annotations

import dataclasses
import glob
import os
from collections.abc import Iterable, Iterator
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
from .patterns import DEEP, matches

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
