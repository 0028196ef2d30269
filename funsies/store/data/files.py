"""Files of values: how they are opened, told apart and listed, and hashed while written.

Also directories that reach the disk.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Self

from funsies.core.digest import Digest
from funsies.core.errors import ServerError

from .chunks import CHUNK_BYTES

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NOT_THERE: Final = frozenset({errno.ENOENT, errno.ESTALE, errno.ELOOP})
"""ELOOP: a symbolic link is not a value."""


def identity(path: Path) -> tuple[int, int] | None:
    """By what a file is told from another one of the same name."""
    try:
        about = path.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    return about.st_dev, about.st_ino


def open_or_none(path: Path) -> int | None:
    """Open a file; None if there is none, or something else in its place."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    try:
        descriptor = os.open(path, flags)
    except OSError as problem:
        if problem.errno in _NOT_THERE or _is_locked(path, problem):
            return None
        raise
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    return None


def _is_locked(path: Path, problem: OSError) -> bool:
    """Whether this very file cannot be read, and may be replaced: its mode was changed."""
    return problem.errno == errno.EACCES and os.access(path.parent, os.R_OK | os.W_OK | os.X_OK)


def look_again(directory: Path) -> None:
    """Make an NFS client ask the server: opening a directory ends what it has cached of it."""
    for level in (directory.parent.parent, directory.parent, directory):
        with suppress(OSError):
            os.close(os.open(level, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))


def make_directory(path: Path) -> None:
    """Make a directory, whose name reaches the disk, unless it is there."""
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        return
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Have the names in a directory reach the disk, where the file system can do that."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as problem:
        if problem.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


@contextmanager
def disk_errors(directory: Path) -> Iterator[None]:
    """Turn failures of the file system into those of funsies."""
    try:
        yield
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        if problem.errno in _FULL:
            text = f"is full ({reason}); make room and execute again"
        else:
            text = f"cannot be used: {reason}"
        raise ServerError(f"the data directory {directory} {text}") from problem


_LEVEL: Final = re.compile("[0-9a-f]{2}")
_NAME: Final = re.compile("[0-9a-f]{64}")


def digests_in(directory: Path) -> Iterator[Digest]:
    """Digests by which something in the directory is called, good or bad, in no order."""
    for name in _names_in(directory, depth=2):
        if _NAME.fullmatch(name):
            yield Digest(bytes.fromhex(name))


def _names_in(directory: Path, depth: int) -> Iterator[str]:
    """Names so many levels below."""
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(directory) as entries:
        for entry in entries:
            if not depth:
                yield entry.name
            elif _LEVEL.fullmatch(entry.name):
                yield from _names_in(Path(entry.path), depth - 1)


class FileHash:
    """Hashes what a file has got, in a thread, beside its writer and the disk.

    What is hashed is read from the file (from memory, mostly: it was written just now). So it
    is what the file holds, although nothing is copied that a program might change meanwhile.

    Args:
        path: the file.

    Attributes:
        size_bytes: number of bytes that were written.
    """

    def __init__(self, path: Path) -> None:
        self.size_bytes: int = 0
        self._hash = hashlib.sha256()
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._thread = ThreadPoolExecutor(1, "funsies-hash")
        self._pending: list[Future[None]] = []

    def follow(self, size_bytes: int) -> None:
        """So many more bytes were written."""
        act = self._thread.submit(self._read, size_bytes, self.size_bytes)
        self._pending.append(act)
        self.size_bytes += size_bytes

    def _read(self, size_bytes: int, position: int) -> None:
        while size_bytes:
            data = os.pread(self._descriptor, min(size_bytes, CHUNK_BYTES), position)
            if not data:
                raise OSError(f"a new file has lost its end, from byte {position} on")
            self._hash.update(data)
            position += len(data)
            size_bytes -= len(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Wait for the last bytes."""
        self._thread.shutdown()
        os.close(self._descriptor)

    @property
    def digest(self) -> Digest:
        """Content digest of the file.

        Raises:
            OSError: if the file could not be read.
        """
        for act in self._pending:
            act.result()
        return Digest(self._hash.digest())
