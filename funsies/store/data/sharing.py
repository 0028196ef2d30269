"""Files that share their bytes with others, so that large ones are not copied."""

from __future__ import annotations

import fcntl
import hashlib
import os
import sys
from pathlib import Path
from typing import Final

from funsies.core.digest import Digest

LINK_BYTES: Final = 64 << 20
"""Smaller values are copied: that is fast, and nobody has to keep their hands off the copy."""

_FICLONE: Final = 0x40049409
"""Linux: let a file have the bytes of another, until one of them is written to (Btrfs, XFS)."""


def clone(source: int, target: int) -> bool:
    """Let an open file share the bytes of another; False where the file system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        fcntl.ioctl(target, _FICLONE, source)
    except OSError:
        return False
    return True


def clone_to(source: int, path: Path) -> bool:
    """Make a new file that shares the bytes of another; False, and none, where it cannot be."""
    with path.open("xb") as target:
        if clone(source, target.fileno()):
            return True
    path.unlink()
    return False


def link_read_only(source: Path, path: Path) -> bool:
    """Give a file that nobody may write to a second name; False if that cannot be."""
    try:
        os.link(source, path, follow_symlinks=False)
    except OSError:  # another file system, or one without links, or too many links
        return False
    return _has_mode(path, 0o444)


def _has_mode(path: Path, mode: int) -> bool:
    """Give a new link its mode; False, and no link, for a file of somebody else."""
    try:
        path.chmod(mode)
    except OSError:
        path.unlink()
        return False
    return True


def digest_of(path: Path) -> Digest:
    """Content digest of a file."""
    with path.open("rb") as file:
        return Digest(hashlib.file_digest(file, "sha256").digest())
