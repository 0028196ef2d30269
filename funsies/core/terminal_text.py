"""What steps have printed, made harmless for a terminal: colours pass at most."""

from __future__ import annotations

import codecs
import re
from typing import Final

_COLOUR: Final = re.compile(r"\x1b\[[0-9;:]*m")
_RESET: Final = "\x1b[0m"
_LONGEST: Final = 4096
"""What has not ended after so many characters is no sequence: its beginning is left out."""

_SEQUENCE: Final = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours, but also what moves the cursor and erases lines
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)"  # titles, links, the clipboard, answers
    r"|\x1b[ -/]*[0-OQ-WYZ\\`-~]"  # character sets, whole resets
)
_UNFINISHED: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ -/]*)\Z")
_OTHER_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def as_plain_text(text: str) -> str:
    r"""A text of any lines without what does anything to a terminal, colours among it.

    >>> as_plain_text("\x1b[31mred\x1b[2J\x1b]0;title\x07 text\r\n")
    'red text\n'
    """
    return _COLOUR.sub("", _harmless(text)).replace("\r\n", "\n").replace("\r", "\n")


class Harmless:
    r"""A filter for what is shown on a terminal, in whatever pieces it comes.

    >>> Harmless().feed(b"\x1b[31mred\x1b[2J\x1b]0;title\x07 text")
    '\x1b[31mred text'
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._is_coloured = False

    def feed(self, piece: bytes) -> str:
        """What of the next bytes can be shown by now."""
        text = self._rest + self._decoder.decode(piece)
        found = _UNFINISHED.search(text)
        is_awaited = found is not None and len(text) - found.start() <= _LONGEST
        cut = found.start() if found is not None and is_awaited else len(text)
        self._rest = text[cut:]
        return self._shown(text[:cut])

    def end(self) -> str:
        """What is left, and the usual colours again."""
        text, self._rest = self._rest + self._decoder.decode(b"", final=True), ""
        shown = self._shown(text)
        was_coloured, self._is_coloured = self._is_coloured, False
        return shown + _RESET if was_coloured else shown

    def _shown(self, text: str) -> str:
        shown = _harmless(text)
        self._is_coloured = self._is_coloured or "\x1b" in shown
        return shown


def _harmless(text: str) -> str:
    """A text without what does anything but colour it: other sequences, other controls."""
    kept: list[str] = []
    place = 0
    for found in _SEQUENCE.finditer(text):
        kept.append(_OTHER_CONTROLS.sub("", text[place : found.start()]))
        if _COLOUR.fullmatch(found[0]):
            kept.append(found[0])
        place = found.end()
    return "".join([*kept, _OTHER_CONTROLS.sub("", text[place:])])
