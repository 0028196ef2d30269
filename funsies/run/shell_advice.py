"""What to do about commands that failed by themselves."""

from __future__ import annotations

import signal
from typing import Final

BROKEN_PIPE: Final = 128 + signal.SIGPIPE
"""Exit code of a pipe, under ``pipefail``, whose writer was ended because its reader left."""


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
    if wrote_nothing and "\n" in text.strip():
        return 'To see which line failed, begin the text with "set -x"'
    return None
