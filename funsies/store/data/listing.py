"""What is in a directory of values."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from funsies.core.digest import Digest

_LEVEL: Final = re.compile("[0-9a-f]{2}")
_NAME: Final = re.compile("[0-9a-f]{64}")


def digests_in(directory: Path) -> Iterator[Digest]:
    """Digests by which something in the directory is called, good or bad, in no order."""
    for name in _names_in(directory, depth=2):
        if _NAME.fullmatch(name):
            yield Digest(bytes.fromhex(name))


def _names_in(directory: Path, depth: int) -> Iterator[str]:
    """Names so many levels below."""
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(directory) as entries:
        for entry in entries:
            if not depth:
                yield entry.name
            elif _LEVEL.fullmatch(entry.name):
                yield from _names_in(Path(entry.path), depth - 1)
