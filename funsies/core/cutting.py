"""Long text as people can read it: its beginning, its end, and how much is left out."""

from __future__ import annotations

from typing import Final

SHOWN_LINE: Final = 1000
"""Longest line that is shown whole: a program may write 50 MB without a line break."""

MAX_MESSAGE_CHARACTERS: Final = 32_000
"""Of what an exception says."""


def cut(text: str, limit: int) -> str:
    """Keep the beginning and the end of a text that is longer than a limit.

    >>> cut("beginning" + 1000 * "." + "the end", 28)
    'beginning ... 988 characters left out ... .......the end'
    >>> cut("short", 28)
    'short'
    """
    if len(text) <= limit:
        return text
    head = limit // 3
    tail = limit - head
    left_out = f"{len(text) - limit:,} characters left out"
    return f"{text[:head]} ... {left_out} ... {text[len(text) - tail :]}"


def shown(problem: object) -> str:
    """Text of a value that may refuse to be shown, or be endless."""
    try:
        text = str(problem)
    except BaseException as second:  # noqa: BLE001 - user code may raise anything at all
        return f"<its text cannot be shown: {type(second).__qualname__}>"
    return cut(text, MAX_MESSAGE_CHARACTERS)


def printable(text: str) -> str:
    r"""Show a name as it is, on one line, with escapes for what would disturb a terminal.

    >>> printable("naïve\n\x1b[31m")
    'naïve\\n\\x1b[31m'
    """
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


def cut_lines(text: str, limit: int = SHOWN_LINE) -> str:
    r"""Cut each line of a text.

    >>> cut_lines("a\n" + 30 * "b", 3)
    'a\nb ... 27 characters left out ... bb'
    """
    return "\n".join(cut(line, limit) for line in text.split("\n"))
