r"""Messages of ``logging`` in the log of a step: one line each, with time and level.

They are among the lines that the step prints, in the order in which they came. What is beyond
the first line of a message is indented, so that it is known to belong to it.

No handler is added anywhere: the root logger stays as it is without configuration, so that
``logging.basicConfig()`` in a module or in a step does what it does in any program.

In a process of funsies' own (a work-horse), whatever writes messages to the standard streams
adds time and level, be it Python's handler of last resort or one that the user's code has made.
In a program that runs steps itself, its streams are its own; the messages that it lets through
are noted besides.

>>> line = b"2026-11-29T16:01:28.123Z WARNING solver: no convergence\n"
>>> LevelFilter("WARNING").feed(line + b"printed\n") == line
True
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

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


LEVEL: Final = logging.INFO
"""What is kept of a program that has not configured its logging."""

MOST_NOTED: Final = 1000
"""Messages of a step that are noted in a program that runs steps itself: the last ones."""


def keep_messages() -> None:
    """Have this process write messages with time and level; for a process of funsies' own.

    The messages of funsies itself stay as they were: they are for the log of the worker.
    """
    ours = logging.getLogger("funsies")
    ours.setLevel(ours.getEffectiveLevel())
    logging.root.setLevel(LEVEL)
    _write_with_level()


@cache
def _write_with_level() -> None:
    plain = logging.StreamHandler.emit

    def emit(self: logging.StreamHandler[Any], record: logging.LogRecord) -> None:
        if not _is_standard(self.stream) or record.name.partition(".")[0] == "funsies":
            plain(self, record)
            return
        try:
            self.stream.write(log_line(record, _text(self, record)))
            self.flush()
        except Exception:  # noqa: BLE001 - as in the method that this replaces
            self.handleError(record)

    logging.StreamHandler.emit = emit  # type: ignore[assignment, method-assign]


def _is_standard(stream: object) -> bool:
    return any(stream is each for each in (sys.stderr, sys.stdout))


def _text(handler: logging.Handler, record: logging.LogRecord) -> str:
    """The message as its handler writes it, without what is said already."""
    text = handler.format(record)
    if handler.formatter is None:
        return f"{record.name}: {text}"
    return text.removeprefix(f"{record.levelname}:")


class LoweredLastResort:
    """Has messages of ``LEVEL`` written while a step runs, though nothing is configured."""

    __slots__ = ("_before", "_handler")

    def __enter__(self) -> None:
        self._handler = logging.lastResort
        if self._handler is not None:
            self._before, self._handler.level = self._handler.level, LEVEL

    def __exit__(self, *_: object) -> None:
        if self._handler is not None:
            self._handler.level = self._before


# In a program that runs steps itself

_noted = threading.local()


@contextmanager
def noted_messages() -> Iterator[Callable[[], bytes]]:
    """Note the messages of this thread.

    Yields:
        Gives the last of them, as they stand in a log.
    """
    _note_records()
    lines: list[str] = []
    outer = getattr(_noted, "lines", None)
    _noted.lines = lines
    try:
        yield lambda: "".join(lines).encode("utf-8", "backslashreplace")
    finally:
        _noted.lines = outer


@cache
def _note_records() -> None:
    """See each record that a logger lets through, whoever handles it."""
    make = logging.getLogRecordFactory()

    def noting(*arguments: Any, **keywords: Any) -> logging.LogRecord:
        record = make(*arguments, **keywords)
        lines = getattr(_noted, "lines", None)
        if lines is not None and record.name.partition(".")[0] != "funsies":
            lines.append(_line(record))
            del lines[:-MOST_NOTED]
        return record

    logging.setLogRecordFactory(noting)


def _line(record: logging.LogRecord) -> str:
    try:
        return log_line(record, f"{record.name}: {logging.Formatter().format(record)}")
    except Exception:  # noqa: BLE001 - arguments that do not fit; who handles it says so
        return log_line(record, f"{record.name}: {record.msg!r}")
