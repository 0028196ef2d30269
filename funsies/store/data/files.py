"""Files of values: how they are opened and told apart, and directories that reach the disk."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from funsies.core.errors import ServerError

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
