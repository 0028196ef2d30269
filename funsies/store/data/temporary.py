"""Temporary files and directories, which are locked while their maker lives, or vanish.

The lock (``flock``) ends with the process and its forks, however they end, and is seen by other
containers of the same machine, whose numbers of processes say nothing to each other.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import os
import secrets
import shutil
import socket
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

from .sharing import clone

STALE_SECONDS: Final = 24 * 3600.0
"""Temporary files of other hosts are removed only after so long without a write."""


def fresh_name() -> str:
    """A name for a temporary file that says on which host its writer is."""
    return f"{host_tag()}-{secrets.token_hex(16)}"


@functools.cache
def host_tag() -> str:
    """What tells this host, since it was started, from others that share a file system.

    Locks are sure to be seen only on the host that holds them.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii")
    except OSError:  # not Linux
        boot = socket.gethostname()
    return hashlib.sha256(boot.encode()).hexdigest()[:8]


class TemporaryFile:
    """A new file, locked while its writer lives, that is to be renamed into place.

    The lock (``flock``) ends with the process, so that others can tell a dead writer from
    a slow one. Where locks are not to be had, only the age of the file tells.
    A new file may be taken for a dead writer's in the moment before it is locked; another one
    is made then.

    Args:
        path: in the same file system as its final place.
        descriptor: of the file, which is nobody else's.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path: Path = path
        self._descriptor = descriptor

    def _is_kept(self) -> bool:
        """Wait for who looks whether its writer is dead; False if they have removed it."""
        with suppress(OSError):  # this file system has no locks
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        return os.fstat(self._descriptor).st_nlink > 0

    @classmethod
    def made_in(cls, directory: Path, prefix: str = "") -> Self:
        """Make an empty one, whose name begins as told.

        Raises:
            OSError: if it cannot be made.
        """
        flags = os.O_WRONLY | os.O_CLOEXEC | os.O_CREAT | os.O_EXCL
        while True:
            path = directory / f"{prefix}{fresh_name()}"
            file = cls(path, os.open(path, flags, 0o600))
            if file._is_kept():
                return file
            file.discard()

    @classmethod
    def linked(cls, source: Path, directory: Path) -> Self | None:
        """Give a file that nobody writes to any more a second name in a directory.

        It is locked before it has that name, so that nobody takes it for a dead writer's.

        Returns:
            None if it cannot be, or if somebody else knows the file by another name.
        """
        about = source.stat(follow_symlinks=False)
        if about.st_nlink > 1:
            return None
        file = None
        with suppress(OSError):  # another file system, one without links, somebody else's file
            descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            file = cls(directory / fresh_name(), descriptor)
            os.fchmod(descriptor, 0o600 | about.st_mode & 0o100)
            os.utime(descriptor)  # without locks, an old one looks like a dead writer's
            try_lock(descriptor)
            os.link(source, file.path, follow_symlinks=False)
            return file
        if file is not None:
            file.discard()
        return None

    def clone_from(self, path: Path) -> bool:
        """Let it share the bytes of a file; False where the file system cannot do that."""
        with path.open("rb") as source:
            return clone(source.fileno(), self._descriptor)

    @property
    def size_bytes(self) -> int:
        """Number of bytes that it has."""
        return os.fstat(self._descriptor).st_size

    def write(self, data: bytes | memoryview) -> None:
        """Add bytes at its end."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def sync(self) -> None:
        """Have its bytes reach the disk."""
        os.fsync(self._descriptor)

    def rename(self, target: Path) -> None:
        """Give it its final name, in place of a file that has it already, when it is safe."""
        self.sync()
        self.path.replace(target)

    def discard(self) -> None:
        """Close it, let go of the lock, and remove it unless it was renamed."""
        with suppress(OSError):
            os.close(self._descriptor)
        with suppress(OSError):
            self.path.unlink(missing_ok=True)


def remove_stale(directory: Path, *, older_than_seconds: float) -> int:
    """Remove the temporary files of writers that have died.

    A file is removed if its lock is free, and it was made on this host since it was started
    and locks work here, or is older than the age given. Failures are passed over: another
    process may be doing the same.

    Returns:
        Number of files removed.
    """
    newest = time.time() - older_than_seconds
    return sum(_remove_if_stale(path, newest) for path in directory.iterdir())


def _remove_if_stale(path: Path, newest: float) -> bool:
    return _if_abandoned(path, newest, path.unlink)


def is_abandoned(path: Path, newest: float) -> bool:
    """See whether a temporary file is that of a dead writer.

    Args:
        path: of the file.
        newest: a file that was written to later is left alone, seconds since 1970.
    """
    return _if_abandoned(path, newest, lambda: None)


def _if_abandoned(path: Path, newest: float, act: Callable[[], object]) -> bool:
    """Do something about a file of a dead writer, while nobody else can."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            about = os.fstat(descriptor)
            if (
                stat.S_ISREG(about.st_mode)
                and (about.st_mtime <= newest or _is_own(path))
                and try_lock(descriptor, if_none=about.st_mtime <= newest)
            ):
                act()
                return True
        finally:
            os.close(descriptor)
    return False


def _is_own(path: Path) -> bool:
    """True of a file that was made on this host since it was started."""
    return path.name.startswith(f"{host_tag()}-")


def try_lock(descriptor: int, *, if_none: bool = True) -> bool:
    """Lock a file; False if another process holds the lock.

    Args:
        descriptor: of the file.
        if_none: what to say where there are no locks at all.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # this file system has no locks
        return if_none
    return True


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


QUIET_SECONDS: Final = 60.0
"""Where there are no locks, who has not written for so long counts as dead."""


def leftovers(directory: Path) -> list[Path]:
    """The temporary files of dead writers in a directory of values."""
    newest = time.time() - QUIET_SECONDS
    with suppress(OSError):
        return [each for each in (directory / "tmp").iterdir() if is_abandoned(each, newest)]
    return []


def remove_leftovers(directory: Path) -> int:
    """Remove them; return how many there were."""
    with suppress(OSError):
        return remove_stale(directory / "tmp", older_than_seconds=QUIET_SECONDS)
    return 0
