"""What a step says by ``logging``: kept in its log, with time and level.

No handler is added anywhere: the root logger stays as it is without configuration, so that
``logging.basicConfig()`` in a module or in a step does what it does in any program.

In a process of funsies' own (a work-horse), whatever writes messages to the standard streams
adds time and level, be it Python's handler of last resort or one that the user's code has made.
In a program that runs steps itself, its streams are its own; the messages that it lets through
are noted besides.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

from funsies.run.log_lines import log_line

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
