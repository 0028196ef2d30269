"""What mypy remembers of a project."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from funsies.local.daemons import exclusive
from funsies.run.program.cache import KEPT_DAYS, folder

from .files import Stamps

_STAMPS: Final = "stamps.json"
_NANOSECONDS: Final = 1_000_000_000
_SECONDS_A_DAY: Final = 24 * 3600


@contextmanager
def cache(key: str, stamps: Stamps) -> Iterator[Path]:
    """The cache of a project, for one check at a time; it is made if there is none.

    mypy takes a file for the same as before if its size is, and the second in which it was
    written. So a cache is begun anew if there was an edit that mypy would not see.

    Args:
        key: of the project.
        stamps: when its files were written.
    """
    given = os.environ.get("MYPY_CACHE_DIR")
    # A directory of our own, as what is old there is removed.
    parent = Path(given).absolute() / "funsies" if given else folder("mypy")
    parent.mkdir(parents=True, exist_ok=True)
    with exclusive(parent / f"{key}.lock"):
        place = parent / key
        if _would_miss(place / _STAMPS, stamps):
            shutil.rmtree(place, ignore_errors=True)
        if not place.is_dir():
            _remove_old_ones(parent)
            place.mkdir()
        (place / _STAMPS).write_text(json.dumps(stamps))
        os.utime(place)
        yield place


def _would_miss(file: Path, stamps: Stamps) -> bool:
    """Whether a file was written twice within a second, and is as long as before."""
    try:
        before = json.loads(file.read_text())
    except (OSError, ValueError):
        return True
    for path, (written, size) in stamps.items():
        written_before, size_before = before.get(path, (0, 0))
        is_same_second = written // _NANOSECONDS == written_before // _NANOSECONDS
        if is_same_second and written != written_before and size == size_before:
            return True
    return False


def _remove_old_ones(place: Path) -> None:
    oldest = time.time() - KEPT_DAYS * _SECONDS_A_DAY
    for each in place.iterdir():
        with suppress(OSError):
            if each.is_dir() and each.stat().st_mtime < oldest:
                shutil.rmtree(each, ignore_errors=True)
