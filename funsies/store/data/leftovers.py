"""What writers that were killed have left in a directory of values."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from .temporary import is_abandoned, remove_stale

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
