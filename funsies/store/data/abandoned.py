"""Directories that are held while their maker lives, and the removal of those that are not.

A directory can be locked as a file can (``flock``). The lock ends with the process and its
forks, however they end, and is seen by other containers of the same machine, whose numbers of
processes say nothing to each other.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import suppress
from pathlib import Path

from .temporary import host_tag, try_lock


def make_held(path: Path) -> int:
    """Make a directory that counts as in use until a descriptor is closed.

    Args:
        path: whose name has :func:`~.temporary.fresh_name` in it.

    Returns:
        The descriptor; it is closed when another program is started.

    Raises:
        OSError: if it cannot be made.
    """
    while True:
        path.mkdir(mode=0o700)
        if (descriptor := _held(path)) is not None:
            return descriptor


def _held(path: Path) -> int | None:
    """Lock a new directory; None if somebody has found and removed it before it was locked."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with suppress(OSError):  # this file system has no locks
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    if path.exists():
        return descriptor
    os.close(descriptor)
    return None


def remove_abandoned(place: Path, prefix: str) -> int:
    """Remove files and directories whose makers have died on this host since it was started.

    Those of other hosts are left alone, as are those of other users, and all where locks
    do not work. Failures are passed over: another process may be doing the same.

    Args:
        place: where to look.
        prefix: what names begin with, before the name of the host.

    Returns:
        Number of those removed.
    """
    start = f"{prefix}{host_tag()}-"
    try:
        with os.scandir(place) as entries:
            paths = [Path(entry.path) for entry in entries if entry.name.startswith(start)]
    except OSError:
        return 0
    return sum(map(_remove_if_abandoned, paths))


def _remove_if_abandoned(path: Path) -> bool:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with suppress(OSError):
        descriptor = os.open(path, flags)
        try:
            about = os.fstat(descriptor)
            is_ours = about.st_uid == os.geteuid()
            if is_ours and try_lock(descriptor, if_none=False) and _is_at(path, about):
                _remove(path)
                return True
        finally:
            os.close(descriptor)
    return False


def _is_at(path: Path, about: os.stat_result) -> bool:
    """Whether what is locked has this name still; its maker may have made another one."""
    return os.path.samestat(path.lstat(), about)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink()
