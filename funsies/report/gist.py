"""The gist of an error: the line that says most of it."""

from __future__ import annotations

from typing import Final

from funsies.core.cutting import cut, printable
from funsies.core.errors import Error, ErrorKind
from funsies.run.shell_gist import gist_of_command

SHOWN_CHARACTERS: Final = 300

_TRACEBACK: Final = "Traceback (most recent call last):"


def gist(error: Error, limit: int = SHOWN_CHARACTERS) -> str:
    r"""Say in a line what went wrong; empty if nothing is known of it.

    Args:
        error: what stands in the place of a value.
        limit: longest line that is shown whole, in characters.

    >>> gist(Error(ErrorKind.MissingOutput, details="did not make 'x'\nIt made 'y'"))
    "did not make 'x'"
    """
    if error.kind is ErrorKind.CommandFailed and _ended(error):
        line = gist_of_command(error)
    else:
        lines = [each.strip() for each in error.details.split("\n") if each.strip()]
        line = _exception(error, lines) or _most(error, lines).rstrip(":")
    return cut(printable(line), limit)


def _ended(error: Error) -> bool:
    return error.exit_code is not None or error.signal is not None


def _exception(error: Error, lines: list[str]) -> str | None:
    """What an exception said at first: its text may have many lines, and notes below it."""
    name = error.exception
    if not name:
        return None
    return next(
        (each for each in reversed(lines) if each == name or each.startswith(f"{name}:")), None
    )


def _most(error: Error, lines: list[str]) -> str:
    """The line that says most: of a traceback the last one, else the first."""
    if not lines:
        return ""
    return lines[-1] if _TRACEBACK in error.details else lines[0]
