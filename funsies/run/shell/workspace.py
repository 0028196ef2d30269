"""The directory of a shell step: empty at first, and removed with all that is in it.

A process that runs many steps keeps what is around that directory, and the watcher that removes
it all if the process is killed. Steps that run at the same time, in threads, have one each.
"""

from __future__ import annotations

import errno
import functools
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from funsies.run.orphans import is_subreaper
from funsies.run.step_directories import STEP_PREFIX, remove_tree
from funsies.run.watcher import Watcher
from funsies.store.data.temporary import fresh_name, make_held

_WORK: Final = "work"
_STREAMS: Final = "streams"
_SHARED: Final = "shared"


@dataclass(frozen=True, slots=True)
class _Facts:
    """What tells a directory, and what a step may change of it besides what is in it."""

    inode: int
    mode: int
    owners: tuple[int, int]
    attributes: tuple[str, ...]

    @classmethod
    def of(cls, path: Path) -> Self:
        about = path.lstat()
        return cls(about.st_ino, about.st_mode, (about.st_uid, about.st_gid), _attributes(path))


def _attributes(path: Path) -> tuple[str, ...]:
    """Names of extended attributes, among them lists of who may do what."""
    if sys.platform == "linux":
        with suppress(OSError):  # this file system has none
            return tuple(os.listxattr(path, follow_symlinks=False))
    return ()


class Workspace:
    """Where the steps of a process run, one after the other.

    Attributes:
        place: the directory for temporary files in which it is.
        root: all of it.
        work: where the commands run.
        streams: where their output is kept if it goes into files, apart from all files that
            they may name.
        shared: where input files are known that belong to the data store.
        watcher: removes it all if this process is killed.
        is_reusable: whether another step may follow in it.

    Args:
        place: in which to make it.

    Raises:
        OSError: if it cannot be made.
    """

    def __init__(self, place: str) -> None:
        self.place = place
        self.root: Path = Path(place).resolve() / f"{STEP_PREFIX}{fresh_name()}"
        self.work: Path = self.root / _WORK
        self.streams: Path = self.root / _STREAMS
        self.shared: Path = self.root / _SHARED
        self.is_reusable: bool = True
        self._held: int | None = None
        self._work: _Facts | None = None
        # Before there is anything to clean up: this process may be killed at any moment.
        self.watcher: Watcher = Watcher(self.root)
        _known.append(self)
        try:
            self._held = make_held(self.root)
            self._inode = os.fstat(self._held).st_ino
        except BaseException:
            self.close()
            raise

    def begin(self) -> None:
        """See that the directory for the commands is there, and empty.

        Raises:
            OSError: if it cannot be: what is around it was removed, or is full.
        """
        if self._work is not None and self.work.lstat().st_ino == self._work.inode:
            return
        if self.root.lstat().st_ino != self._inode:
            raise FileNotFoundError(errno.ENOENT, "it was moved", str(self.root))
        os.mkdir(_WORK, dir_fd=self._held)
        self._work = _Facts.of(self.work)

    def end(self) -> bool:
        """Remove what a step has left, wherever; False if that takes more than simple means.

        Of most steps nothing is left, and the directory is as the next one is to find it. That
        is made anew all the same where a process of the step may have escaped.
        """
        try:
            if is_subreaper() and self._is_as_before():
                return True
            self._work = None
            with suppress(OSError):
                os.rmdir(_WORK, dir_fd=self._held)
            _empty(self._held)
        except (OSError, RecursionError):
            return False
        return True

    def _is_as_before(self) -> bool:
        try:
            return (
                os.listdir(self.root) == [_WORK]  # noqa: PTH208 - after each step: it is quicker
                and not os.listdir(self.work)  # noqa: PTH208
                and _Facts.of(self.work) == self._work
            )
        except OSError:
            return False

    def close(self) -> None:
        """Remove it all, by any means, and end the watcher."""
        held, self._held = self._held, None
        if os.path.lexists(self.root):
            remove_tree(self.root)
        self.watcher.dismiss()
        if held is not None:
            os.close(held)
        if self in _known:
            _known.remove(self)

    def forget(self) -> None:
        """Leave it to the process of which this is a fork."""
        if self._held is not None:
            os.close(self._held)


_known: Final[list[Workspace]] = []
_idle: Final[list[Workspace]] = []


@contextmanager
def workspace(directory: Path | None = None) -> Iterator[Workspace]:
    """Give a step a directory of its own, which is removed when the block ends.

    Args:
        directory: in which to make it; None for the system's directory for temporary files,
            where the next step may find what is around it.

    Raises:
        OSError: if it cannot be made.
    """
    found = _made(str(directory)) if directory is not None else _taken(tempfile.gettempdir())
    try:
        yield found
    except BaseException:
        found.close()
        raise
    if directory is None and found.is_reusable and found.end():
        _idle.append(found)
    else:
        found.close()


def close_workspaces() -> None:
    """Remove what is kept around the directories of steps: no more of them are run here."""
    while (found := _one_idle()) is not None:
        found.close()


def _taken(place: str) -> Workspace:
    """One that has served a step before, or else a new one."""
    while (found := _one_idle()) is not None:
        if found.place == place and found.watcher.is_alive:
            with suppress(OSError):
                found.begin()
                return found
        found.close()
    return _made(place)


def _one_idle() -> Workspace | None:
    try:
        return _idle.pop()
    except IndexError:  # there is none, or another thread has just taken the last one
        return None


def _made(place: str) -> Workspace:
    _forget_in_forks()
    made = Workspace(place)
    try:
        made.begin()
    except BaseException:
        made.close()
        raise
    return made


@functools.cache
def _forget_in_forks() -> None:
    os.register_at_fork(after_in_child=_forget_all)


def _forget_all() -> None:
    for each in _known:
        each.forget()
    _known.clear()
    _idle.clear()


def _empty(directory: int | None) -> None:
    """Remove all that is in a directory; links are removed and not followed.

    Raises:
        OSError: if something cannot be removed.
    """
    for name in os.listdir(directory):  # noqa: PTH208 - a descriptor
        try:
            os.unlink(name, dir_fd=directory)
        except (IsADirectoryError, PermissionError):  # macOS says the latter
            _remove(directory, name)


def _remove(directory: int | None, name: str) -> None:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    inner = os.open(name, flags, dir_fd=directory)
    try:
        _empty(inner)
    finally:
        os.close(inner)
    os.rmdir(name, dir_fd=directory)
