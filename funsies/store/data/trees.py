"""Directories on the disk and the archives of them, both ways in flat memory."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

from funsies.core.archive import END, Member, header, members, padding
from funsies.core.file_names import MAX_PATH_BYTES

from .chunks import FileChunks

MayEnter: TypeAlias = Callable[[str], bool]
"""Says of a directory, by its real path, whether to look into it."""


class ArchiveChunks:
    """Files as one archive: a stream that can be read more than once.

    Args:
        files: where the files are, by their names in the archive; None for an empty directory.
    """

    def __init__(self, files: Mapping[str, Path | None]) -> None:
        self._files = [(_member(name, files[name]), files[name]) for name in sorted(files)]

    @property
    def size_bytes(self) -> int:
        """Size of the archive."""
        return len(END) + sum(
            len(header(member)) + member.size_bytes + len(padding(member.size_bytes))
            for member, _ in self._files
        )

    def __iter__(self) -> Iterator[bytes]:
        for member, path in self._files:
            yield header(member)
            if path is not None:
                yield from _content(path, member.size_bytes)
            yield padding(member.size_bytes)
        yield END


def _member(name: str, path: Path | None) -> Member:
    if path is None:
        return Member(name, is_directory=True)
    return Member(name, path.stat().st_size, is_executable(path))


def _content(path: Path, size_bytes: int) -> Iterator[bytes]:
    """The bytes of a file, if they are as many as was said before."""
    left = size_bytes
    for chunk in FileChunks(path):
        left -= len(chunk)
        yield chunk
    if left:
        raise OSError(f"{path} was changed while it was read")


def unpack(source: BinaryIO, directory: Path, *, replace: bool = False) -> None:
    """Write the files of an archive into a directory, beside what is there.

    Args:
        source: the archive.
        directory: made if it is not there.
        replace: True writes over files of the same names.

    Raises:
        EncodingError: if it is no archive, or a name leads out of the directory.
        FileExistsError: if there is a file of the same name, and it is not to be replaced.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for member, content in members(source):
        path = directory / member.name
        (path if member.is_directory else path.parent).mkdir(parents=True, exist_ok=True)
        if not member.is_directory:
            with path.open("wb" if replace else "xb") as file:
                file.writelines(content)
        if member.executable:
            make_executable(path)


def walk(root: Path, may_enter: MayEnter = lambda _: True) -> Iterator[tuple[str, bool]]:
    """Find all that is below a directory; links are followed.

    Args:
        root: the directory.
        may_enter: says which directories to look into; those at which it says no, and links
            in a circle, are given as if they were files.

    Yields:
        Names below the directory, in order, and whether each is an empty directory.

    Raises:
        OSError: if a directory cannot be read.
    """
    return _walk(str(root), "", frozenset({os.path.realpath(root)}), may_enter)


def _walk(
    directory: str, prefix: str, above: frozenset[str], may_enter: MayEnter
) -> Iterator[tuple[str, bool]]:
    with os.scandir(directory) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        name = prefix + entry.name
        real = os.path.realpath(entry.path) if entry.is_dir() else ""
        is_deep = len(name) > MAX_PATH_BYTES  # no name of that length can be kept
        if not real or real in above or is_deep or not may_enter(real):
            yield name, False
            continue
        is_empty = True
        for each in _walk(entry.path, f"{name}/", above | {real}, may_enter):
            is_empty = False
            yield each
        if is_empty:
            yield name, True


_READABLE: Final = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH


def make_executable(path: Path) -> None:
    """Let everybody run a file who may read it."""
    mode = path.stat().st_mode
    path.chmod(mode | (mode & _READABLE) >> 2)


def is_executable(path: Path) -> bool:
    """Whether its owner may run a file."""
    return bool(path.stat().st_mode & stat.S_IXUSR)
