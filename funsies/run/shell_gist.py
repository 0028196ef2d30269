"""The gist of a command that failed, for a line: how it ended, and the last that it said."""

from __future__ import annotations

import re
from typing import Final

from funsies.core.errors import Error

_SAID: Final = re.compile(r"standard (?:error|output):\n")
_REMARK: Final = re.compile(
    r"^(?:Exit code \d+(?: is also|:)|(?:Somebody|A limit) on .* ended it by|On .* it said \"|"
    r"To see which line failed|It runs in a directory of its own)",
    re.MULTILINE,
)


def gist_of_command(error: Error) -> str:
    r"""Say in a line how a command failed.

    Args:
        error: its details are as a shell step writes them.

    >>> from funsies.core.errors import ErrorKind
    >>> details = "command 1 of 1 ...:\n    sort x\nIts standard error:\nsort: x: No such file"
    >>> gist_of_command(Error(ErrorKind.CommandFailed, details=details, exit_code=2))
    'exit code 2: sort: x: No such file'
    """
    how = error.signal or f"exit code {error.exit_code}"
    said = _said(error.details) or _command(error.details)
    return f"{how}: {said}" if said else how


def _said(details: str) -> str:
    """The last line of what it said, without what funsies remarks on it."""
    places = [each.end() for each in _SAID.finditer(details)]
    if not places:
        return ""
    said = details[places[-1] :]
    remark = _REMARK.search(said)
    lines = said[: remark.start()].split("\n") if remark else said.split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _command(details: str) -> str:
    """The text of one that said nothing: its lines are indented."""
    lines = details.split("\n")[1:]
    return next((line.strip() for line in lines if line.startswith("    ")), "")
