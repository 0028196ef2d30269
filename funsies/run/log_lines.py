r"""How messages of ``logging`` stand in the log of a step: one line each, with time and level.

They are among the lines that the step prints, in the order in which they came. What is beyond
the first line of a message is indented, so that it is known to belong to it.

>>> line = b"2026-11-29T16:01:28.123Z WARNING solver: no convergence\n"
>>> LevelFilter("WARNING").feed(line + b"printed\n") == line
True
"""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from typing import Final

LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

_INDENT: Final = "    "
_HEAD: Final = re.compile(
    rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (" + "|".join(LEVELS).encode() + rb") "
)
_MOST_HELD: Final = 4096
"""A line that is longer than this is not waited for."""


def log_line(record: logging.LogRecord, text: str) -> str:
    """Write a message as it stands in a log.

    Args:
        record: of the message.
        text: the message, as it is to be shown.
    """
    when = datetime.fromtimestamp(record.created, UTC)
    time = when.isoformat(timespec="milliseconds").removesuffix("+00:00")
    shown = text.rstrip("\n").replace("\n", f"\n{_INDENT}")
    return f"{time}Z {_level(record.levelno)} {shown}\n"


def _level(number: int) -> str:
    """The standard level that a level counts as: libraries have some of their own."""
    reached = [name for name in LEVELS if number >= logging.getLevelName(name)]
    return reached[-1] if reached else LEVELS[0]


class LevelFilter:
    """Lets through the messages of a log that are of a level, or above.

    Args:
        level: one of ``LEVELS``.
    """

    def __init__(self, level: str) -> None:
        self._levels = {each.encode() for each in LEVELS[LEVELS.index(level) :]}
        self._held = b""
        self._is_shown = False
        self._is_within_line = False

    def feed(self, data: bytes) -> bytes:
        """What of these bytes is let through, as far as whole lines have come."""
        *lines, self._held = (self._held + data).split(b"\n")
        shown = b"".join(self._shown(line + b"\n") for line in lines)
        if len(self._held) > _MOST_HELD:
            shown += self._shown(self._held)
            self._held, self._is_within_line = b"", True
        return shown

    def end(self) -> bytes:
        """What is let through of a last line without an end."""
        held, self._held = self._held, b""
        return self._shown(held)

    def _shown(self, line: bytes) -> bytes:
        if not self._is_within_line:
            head = _HEAD.match(line)
            if head:
                self._is_shown = head[1] in self._levels
            elif not line.startswith(_INDENT.encode()):
                self._is_shown = False
        self._is_within_line = False
        return line if self._is_shown else b""
