"""A line on the terminal while something is worked out that may take longer than expected."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Timer
from typing import Final

AFTER_SECONDS: Final = 1.0
_ERASE: Final = "\r\x1b[K"


@contextmanager
def patience(message: str, after_seconds: float = AFTER_SECONDS) -> Iterator[None]:
    """Say on a terminal what goes on if it takes long, until it is over.

    Args:
        message: what goes on; a text of ours, without dots at its end.
        after_seconds: how long nothing is said.
    """
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield
        return
    was_said = Event()

    def say() -> None:
        was_said.set()
        _write(f"{message} ...")

    timer = Timer(after_seconds, say)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        if was_said.is_set():
            _write(_ERASE)


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
