"""Files that were put before: what they hold is in the data store, most likely.

A file that was not is copied and hashed in one go. One that was is hashed first, so that
nothing is copied in vain. Only that is decided here: what is stored is hashed either way.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

from .ports import NamedRecords

KIND: Final = "file"
"""Of the records under which this is kept, by the hash of the file's path."""

LEAST_BYTES: Final = 1 << 20
"""A smaller file is hashed twice in the time that it takes to ask."""


def facts(about: os.stat_result) -> bytes:
    """What changes if a file is written to, or another one takes its place."""
    return b"%d %d %d" % (about.st_size, about.st_mtime_ns, about.st_ino)


def is_new(named: NamedRecords, path: Path, about: os.stat_result) -> bool:
    """Whether a file, as it is now, was put by nobody before, as far as is known."""
    return about.st_size >= LEAST_BYTES and named.get(KIND, _name(path)) != facts(about)


def note_put(named: NamedRecords, path: Path, about: os.stat_result) -> None:
    """Write down that a file was put as it is now."""
    named.save(KIND, {_name(path): facts(about)})


def _name(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.absolute())).hexdigest()
