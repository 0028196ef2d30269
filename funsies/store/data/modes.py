"""Whether a file may be run as a program: all that is kept of its mode."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Final

_READABLE: Final = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH


def make_executable(path: Path) -> None:
    """Let everybody run a file who may read it."""
    mode = path.stat().st_mode
    path.chmod(mode | (mode & _READABLE) >> 2)


def is_executable(path: Path) -> bool:
    """Whether its owner may run a file."""
    return bool(path.stat().st_mode & stat.S_IXUSR)
