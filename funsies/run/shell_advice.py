"""What to do about commands that failed by themselves."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from typing import Final

BROKEN_PIPE: Final = 128 + signal.SIGPIPE
"""Exit code of a pipe, under ``pipefail``, whose writer was ended because its reader left."""

_SILENT: Final = {
    r"\b[efz]?grep\b": "grep that finds nothing (no failure? write grep ... || test $? = 1)",
    r"\b(diff|cmp)\b": "diff and cmp of files that differ",
    r"\(\(|\blet\b": "(( )) and let whose value is 0 (write i=$((i + 1)))",
    r"\bread\b": "read at the end of its input",
    r"\bexpr\b": "expr whose value is 0",
}
"""Commands that tell something by exit code 1, and what they tell."""


def advice(text: str, returncode: int, *, wrote_nothing: bool) -> str | None:
    """What to do about a command of a shell that failed by itself; None if it says enough.

    Args:
        text: of the command.
        returncode: its exit code.
        wrote_nothing: True if there is nothing on its standard error.

    >>> print(advice("yes | head -1", 141, wrote_nothing=True))
    Exit code 141: ...
    """
    if returncode == BROKEN_PIPE:
        return (
            f"Exit code {BROKEN_PIPE}: the reader of a pipe (head, grep -q) left before the "
            "writer had ended, which is a failure of the pipe in a strict shell. Take a reader "
            'that reads to the end ("sed -n 1,10p" for "head", "grep ... > /dev/null" for '
            '"grep -q"), or begin the text with "set +o pipefail"'
        )
    lines = list(_about_silence(text, returncode)) if wrote_nothing else []
    return "\n".join(lines) or None


def _about_silence(text: str, returncode: int) -> Iterator[str]:
    """What may be behind an exit code that nothing explains."""
    found = [each for pattern, each in _SILENT.items() if re.search(pattern, text)]
    if returncode == 1 and found:
        yield f"Exit code 1 is also how these end: {'; '.join(found)}"
    if "\n" in text.strip():
        yield 'To see which line failed, begin the text with "set -x"'
