"""Where a warning points to: the line of the user that has led to it."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType
from typing import Final

_PACKAGE: Final = str(Path(__file__).parents[1])


def users_line() -> int:
    """How far away, counted from the caller, the first line is that is not of funsies."""
    depth = 1
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - inspect.stack() reads files
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame, depth = frame.f_back, depth + 1
    return depth
