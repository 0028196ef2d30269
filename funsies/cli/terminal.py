"""Standard output for what steps have printed: harmless for a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from funsies.core.terminal_text import Harmless


class Printer:
    """Standard output for what steps have printed.

    Args:
        is_raw: True to show it as it is on terminals, too; elsewhere it always is.
    """

    def __init__(self, *, is_raw: bool) -> None:
        self._filter = Harmless() if sys.stdout.isatty() and not is_raw else None

    def write(self, piece: bytes) -> None:
        """Print what came next."""
        if self._filter is None:
            sys.stdout.buffer.write(piece)
        else:
            sys.stdout.write(self._filter.feed(piece))

    def end(self) -> None:
        """Print what is left of it: something else follows."""
        if self._filter is not None:
            sys.stdout.write(self._filter.end())
        sys.stdout.flush()

    def print_all(self, pieces: Iterable[bytes]) -> int:
        """Print all pieces; return the number of their bytes."""
        number = 0
        for piece in pieces:
            self.write(piece)
            number += len(piece)
        self.end()
        return number
