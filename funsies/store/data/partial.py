"""Where something is written until it is whole, beside the place where it is to be.

The name follows from that of the target. So what a killed writer has left is found, and
removed, by whoever writes the same target next, and nobody has to look through a directory of
the user's.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .temporary import try_lock


@contextmanager
def partial_beside(target: Path) -> Iterator[Path]:
    """Give a new name, in the same file system, for what is to be renamed to the target.

    Raises:
        OSError: if nothing can be made there.
    """
    tag = hashlib.sha256(os.fsencode(target.name)).hexdigest()[:16]
    names = (target.with_name(f".{tag}-{number}.partial") for number in itertools.count())
    place, descriptor = next(filter(None, map(_held, names)))
    try:
        yield place / "content"
    finally:
        shutil.rmtree(place, ignore_errors=True)
        os.close(descriptor)


def _held(place: Path) -> tuple[Path, int] | None:
    """Make a directory that is empty, and locked while this process lives.

    Returns:
        None if another process has it, or what is there is not ours.
    """
    is_new = _make(place)
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:  # gone by now, no directory, somebody else's
        if is_new:
            raise
        return None
    with suppress(OSError):
        # Where there are no locks, nobody knows whether a directory that was there is in use.
        if try_lock(descriptor, if_none=is_new) and _is_at(place, descriptor):
            _empty(place)
            return place, descriptor
    os.close(descriptor)
    return None


def _make(place: Path) -> bool:
    try:
        place.mkdir(mode=0o700)
    except FileExistsError:
        return False
    return True


def _is_at(place: Path, descriptor: int) -> bool:
    """False if its last owner has removed it before it was locked."""
    return os.path.samestat(os.fstat(descriptor), place.stat(follow_symlinks=False))


def _empty(place: Path) -> None:
    """Remove what a killed writer has left.

    Raises:
        OSError: if it cannot be removed.
    """
    for each in place.iterdir():
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        else:
            each.unlink()
